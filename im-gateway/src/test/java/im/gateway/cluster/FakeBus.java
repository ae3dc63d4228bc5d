package im.gateway.cluster;

import im.protocol.v1.PushRecord;
import im.relay.GroupPush;
import im.relay.PlacedMessage;
import im.relay.PushBus;
import im.relay.PushSender;
import im.relay.Receipt;
import im.relay.TransientMessage;
import im.relay.Wakeups;
import im.router.NodeId;
import im.router.Route;
import im.router.Routes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The loops of a gateway, and the bus to the others: what came is there to be read, in words or as it came. */
final class FakeBus implements PushBus, PushSender {
    record Sent(NodeId node, PushRecord record) {}

    final List<String> here = Collections.synchronizedList(new ArrayList<>());
    final List<Sent> sent = Collections.synchronizedList(new ArrayList<>());

    @Override
    public CompletionStage<Void> send(NodeId node, PushRecord record) {
        sent.add(new Sent(node, record));
        return CompletableFuture.completedStage(null);
    }

    private void add(String what, String uid, Routes routes) {
        StringBuilder text = new StringBuilder(what + " " + uid);
        for (long connection : routes.here()) {
            text.append(' ').append(connection);
        }
        here.add(text.toString());
    }

    @Override
    public void push(PlacedMessage message, String uid, Routes routes, Wakeups wakeups) {
        add("message " + message.position() + " after " + message.prev(), uid, routes);
    }

    @Override
    public void pushGroup(GroupPush push, Wakeups wakeups) {
        here.add("group " + push.group() + " " + push.message().position());
    }

    @Override
    public void pushMembership(String group, String uid, Routes routes, Wakeups wakeups) {
        add("membership of " + group, uid, routes);
    }

    @Override
    public boolean takesReceipts() {
        return true;
    }

    @Override
    public void pushReceipt(Receipt receipt, String uid, Routes routes, Wakeups wakeups) {
        add(receipt.kind() + " " + receipt.position() + " by " + receipt.by(), uid, routes);
    }

    @Override
    public void pushTransient(TransientMessage message, String uid, Routes routes, Wakeups wakeups) {
        add("transient of " + message.envelope().length, uid, routes);
    }

    @Override
    public void displaced(Route route) {
        here.add("displaced " + route);
    }

    @Override
    public void removed(String uid, Route route) {}
}
