package im.gateway.cluster;

import com.google.protobuf.UnsafeByteOperations;
import im.protocol.v1.Push;
import im.protocol.v1.PushedBroadcast;
import im.protocol.v1.PushedDisplacement;
import im.protocol.v1.PushedMessage;
import im.protocol.v1.PushedPresence;
import im.protocol.v1.PushedReceipt;
import im.protocol.v1.PushedRemoval;
import im.protocol.v1.PushedTransient;
import im.relay.GroupPush;
import im.relay.PlacedMessage;
import im.relay.PushBus;
import im.relay.PushSender;
import im.relay.Receipt;
import im.relay.TransientMessage;
import im.relay.Wakeups;
import im.router.Route;
import im.router.Routes;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;

/** Pushes to the connections of this process by its own loops, and to those of other nodes by the bus. Any thread. */
public final class ClusterPushBus implements PushBus {
    private final PushBus here;
    private final OutgoingPushes elsewhere;

    /**
     * @param here for connections of this process
     * @param holdsLease whether this node may speak in its name
     * @param timer for a few short tasks; not closed here
     */
    public ClusterPushBus(
            PushBus here,
            PushSender sender,
            BooleanSupplier holdsLease,
            ScheduledExecutorService timer,
            ClusterMeters meters) {
        this.here = here;
        this.elsewhere = new OutgoingPushes(sender, holdsLease, timer, meters);
    }

    @Override
    public void push(PlacedMessage message, String uid, Routes routes, Wakeups wakeups) {
        here.push(message, uid, routes, wakeups);
        if (!routes.elsewhere().isEmpty()) {
            elsewhere.add(
                    routes.elsewhere(),
                    Push.newBuilder()
                            .setUid(uid)
                            .setMessage(PushedMessage.newBuilder()
                                    .setConversation(message.conversation().text())
                                    .setPlaced(UnsafeByteOperations.unsafeWrap(message.placed()))
                                    .setPosition(message.position())
                                    .setPrev(message.prev())));
        }
    }

    /** To this process alone: it is the relays that push what is placed in groups. */
    @Override
    public void pushGroup(GroupPush push, Wakeups wakeups) {
        here.pushGroup(push, wakeups);
    }

    @Override
    public void pushMembership(String group, String uid, Routes routes, Wakeups wakeups) {
        here.pushMembership(group, uid, routes, wakeups);
    }

    /** Connections of other nodes may, whatever those of this one do. */
    @Override
    public boolean takesReceipts() {
        return true;
    }

    @Override
    public void pushReceipt(Receipt receipt, String uid, Routes routes, Wakeups wakeups) {
        if (here.takesReceipts()) {
            here.pushReceipt(receipt, uid, routes, wakeups);
        }
        if (!routes.elsewhere().isEmpty()) {
            elsewhere.add(
                    routes.elsewhere(),
                    Push.newBuilder()
                            .setUid(uid)
                            .setReceipt(PushedReceipt.newBuilder()
                                    .setConversation(receipt.conversation().text())
                                    .setBy(receipt.by())
                                    .setRead(receipt.kind() == Receipt.Kind.READ)
                                    .setPosition(receipt.position())));
        }
    }

    @Override
    public void pushTransient(TransientMessage message, String uid, Routes routes, Wakeups wakeups) {
        here.pushTransient(message, uid, routes, wakeups);
        if (!routes.elsewhere().isEmpty()) {
            elsewhere.add(
                    routes.elsewhere(),
                    Push.newBuilder()
                            .setUid(uid)
                            .setTransient(PushedTransient.newBuilder()
                                    .setConversation(message.conversation().text())
                                    .setEnvelope(UnsafeByteOperations.unsafeWrap(message.envelope()))));
        }
    }

    /**
     * Tells another node that a uid it watches may have come or gone.
     *
     * @param node packed
     */
    public void presence(long node, String uid) {
        elsewhere.addFor(
                node,
                Push.newBuilder()
                        .setUid(uid)
                        .setPresence(PushedPresence.getDefaultInstance())
                        .build());
    }

    /**
     * Says something of a broadcast to another gateway.
     *
     * @param node packed
     */
    public void broadcast(long node, PushedBroadcast said) {
        elsewhere.addFor(node, Push.newBuilder().setBroadcast(said).build());
    }

    /** Should this be lost, the other node finds out when it mends its routes. */
    @Override
    public void displaced(Route route) {
        elsewhere.add(List.of(route), Push.newBuilder().setDisplacement(PushedDisplacement.getDefaultInstance()));
    }

    /** Should this be lost, whoever asked for it sees the connection in the list, and asks again. */
    @Override
    public void removed(String uid, Route route) {
        elsewhere.add(List.of(route), Push.newBuilder().setUid(uid).setRemoval(PushedRemoval.getDefaultInstance()));
    }
}
