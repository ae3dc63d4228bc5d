package im.relay.local;

import im.protocol.ConversationKey;
import im.relay.GroupPush;
import im.relay.PlacedMessage;
import im.relay.PushBus;
import im.relay.Receipt;
import im.relay.Wakeups;
import im.router.RouteDirectory;
import im.router.Routes;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pushes each committed message to the connections of both uids, the sending device's among them. It hears of a
 * message only after the sync, so nothing is pushed that a crash could take back. Writer thread only.
 */
public final class LocalRelay implements CommitListener {
    private static final Logger LOG = LoggerFactory.getLogger(LocalRelay.class);

    private final RouteDirectory routes;
    private final PushBus bus;

    public LocalRelay(RouteDirectory routes, PushBus bus) {
        this.routes = routes;
        this.bus = bus;
    }

    @Override
    public void committed(List<PlacedMessage> messages, Wakeups wakeups) {
        for (PlacedMessage message : messages) {
            ConversationKey conversation = message.conversation();
            if (conversation.isGroup()) {
                continue;
            }
            push(message, conversation.first(), wakeups);
            if (!conversation.first().equals(conversation.second())) {
                push(message, conversation.second(), wakeups);
            }
        }
    }

    /** Once for all members of this process; who a change names hears of it by its own routes as well (D17). */
    @Override
    public void committedGroups(List<GroupPush> pushes, Wakeups wakeups) {
        for (GroupPush push : pushes) {
            bus.pushGroup(push, wakeups);
            GroupPush.Change change = push.change();
            if (change != null) {
                for (String uid : change.roles().keySet()) {
                    toConnections(uid, wakeups, (to, own) -> bus.pushMembership(push.group(), uid, to, own));
                }
            }
        }
    }

    /** DELIVERED is the other uid's business, READ also that of the reader's own devices. */
    @Override
    public void raised(List<Receipt> receipts, Wakeups wakeups) {
        if (!bus.takesReceipts()) {
            return;
        }
        for (Receipt receipt : receipts) {
            ConversationKey conversation = receipt.conversation();
            String other = conversation.isGroup() ? receipt.by() : conversation.peerOf(receipt.by());
            boolean read = receipt.kind() == Receipt.Kind.READ;
            if (!other.equals(receipt.by())) {
                toConnections(other, wakeups, (to, own) -> bus.pushReceipt(receipt, other, to, own));
            }
            if (read) {
                toConnections(receipt.by(), wakeups, (to, own) -> bus.pushReceipt(receipt, receipt.by(), to, own));
            }
        }
    }

    private void push(PlacedMessage message, String uid, Wakeups wakeups) {
        toConnections(uid, wakeups, (to, own) -> bus.push(message, uid, to, own));
    }

    private interface ToConnections {
        void push(Routes routes, Wakeups wakeups);
    }

    private void toConnections(String uid, Wakeups wakeups, ToConnections action) {
        CompletableFuture<Routes> found = routes.routesOf(uid).toCompletableFuture();
        if (found.isDone() && !found.isCompletedExceptionally()) {
            push(found.join(), wakeups, action);
            return;
        }
        // Routes of a form that is not in memory: the answer comes on another thread, with wake-ups of its own.
        found.whenComplete((to, failure) -> {
            if (failure != null) {
                LOG.atWarn().addKeyValue("cause", failure).log("routes cannot be read, nothing is pushed");
                return;
            }
            Wakeups own = new Wakeups();
            push(to, own, action);
            own.flush();
        });
    }

    private static void push(Routes routes, Wakeups wakeups, ToConnections action) {
        if (!routes.isEmpty()) {
            action.push(routes, wakeups);
        }
    }
}
