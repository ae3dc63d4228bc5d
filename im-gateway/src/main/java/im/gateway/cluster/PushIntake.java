package im.gateway.cluster;

import com.google.protobuf.ByteString;
import im.gateway.cluster.ClusterMeters.Incoming;
import im.protocol.ConversationKey;
import im.protocol.Ids;
import im.protocol.v1.GroupChange;
import im.protocol.v1.Push;
import im.protocol.v1.PushedBroadcast;
import im.protocol.v1.PushedGroup;
import im.protocol.v1.PushedMessage;
import im.protocol.v1.PushedReceipt;
import im.relay.GroupPush;
import im.relay.PlacedMessage;
import im.relay.PushBus;
import im.relay.PushReceiver;
import im.relay.Receipt;
import im.relay.TransientMessage;
import im.relay.Wakeups;
import im.router.Routes;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What other nodes push here, handed to the loops of the connections it is for. Called by the receiver's thread; never
 * blocks it.
 */
public final class PushIntake implements PushReceiver.Listener {
    private static final Logger LOG = LoggerFactory.getLogger(PushIntake.class);

    private final BooleanSupplier holdsLease;
    private final PushBus bus;
    private final Hears hears;
    private final ClusterMeters meters;
    private boolean reported;

    /** Who takes what is not for sessions, or not for them alone. Called by the receiver's thread; must not block. */
    public interface Hears {
        /** A newer connection has replaced this one of this process. */
        void displaced(long connection);

        /** A connection of the uid is to be closed for good. */
        void removed(String uid, long connection);

        /** A uid may have come or gone. */
        void presence(String uid);

        /** Views were lost, and routes perhaps with them. */
        void lost();

        /** Another gateway says something of a broadcast. */
        void broadcast(PushedBroadcast said);

        /** Pushes may have been missed: every session compares. */
        void resync();

        /**
         * The group's last change of membership stands there, or behind it; told before its sessions are.
         *
         * @param changedAt {@link Long#MAX_VALUE} for one of which no more is known than that it came
         */
        void groupChanged(String group, long changedAt);
    }

    /**
     * @param holdsLease whether this node may still act in its name
     * @param bus of this process's own connections
     */
    public PushIntake(BooleanSupplier holdsLease, PushBus bus, Hears hears, ClusterMeters meters) {
        this.holdsLease = holdsLease;
        this.bus = bus;
        this.hears = hears;
        this.meters = meters;
    }

    /** What came while the process stood still past its lease is nobody's: the sessions compare when it is back. */
    @Override
    public void pushed(List<Push> pushes) {
        if (!holdsLease.getAsBoolean()) {
            meters.incoming(Incoming.FENCED, pushes.size());
            return;
        }
        long begun = System.nanoTime();
        Wakeups wakeups = new Wakeups();
        pushes.forEach(push -> deliver(push, wakeups));
        wakeups.last(() -> meters.pushed(System.nanoTime() - begun));
        wakeups.flush();
    }

    @Override
    public void resync(String why) {
        LOG.atInfo().addKeyValue("why", why).log("pushes may have been missed, all sessions compare");
        meters.resync();
        hears.resync();
    }

    private void deliver(Push push, Wakeups wakeups) {
        try {
            hand(push, wakeups);
            meters.incoming(Incoming.TAKEN, 1);
        } catch (IllegalArgumentException e) {
            meters.incoming(Incoming.MALFORMED, 1);
            if (!reported) {
                reported = true;
                LOG.atWarn().addKeyValue("why", e.getMessage()).log("the bus carries a push that cannot be read");
            }
        }
    }

    private void hand(Push push, Wakeups wakeups) {
        Routes to = Routes.here(
                push.getConnectionsList().stream().mapToLong(Long::longValue).toArray());
        switch (push.getWhatCase()) {
            case MESSAGE -> bus.push(message(push.getMessage()), push.getUid(), to, wakeups);
            case RECEIPT -> bus.pushReceipt(receipt(push.getReceipt()), push.getUid(), to, wakeups);
            case TRANSIENT ->
                bus.pushTransient(
                        new TransientMessage(
                                ConversationKey.parse(push.getTransient().getConversation()),
                                push.getTransient().getEnvelope().toByteArray()),
                        push.getUid(),
                        to,
                        wakeups);
            case PRESENCE -> hears.presence(uid(push.getUid()));
            case LOSS -> hears.lost();
            case BROADCAST -> hears.broadcast(push.getBroadcast());
            case DISPLACEMENT -> push.getConnectionsList().forEach(hears::displaced);
            case REMOVAL -> push.getConnectionsList().forEach(id -> hears.removed(push.getUid(), id));
            case GROUP -> {
                GroupPush group = group(push.getGroup());
                hears.groupChanged(group.group(), group.changedAt());
                bus.pushGroup(group, wakeups);
            }
            case MEMBERSHIP -> {
                String group = id(push.getMembership().getGroup(), "group");
                hears.groupChanged(group, Long.MAX_VALUE);
                bus.pushMembership(group, push.getUid(), to, wakeups);
            }
            default -> throw new IllegalArgumentException("says nothing that is known");
        }
    }

    private static String uid(String uid) {
        return id(uid, "uid");
    }

    private static String id(String id, String what) {
        if (!Ids.isValid(id)) {
            throw new IllegalArgumentException("not a " + what);
        }
        return id;
    }

    private static PlacedMessage message(PushedMessage message) {
        return placed(message.getConversation(), message.getPosition(), message.getPrev(), message.getPlaced());
    }

    private static PlacedMessage placed(String conversation, long position, long prev, ByteString placed) {
        if (position <= 0 || prev < 0 || prev >= position) {
            throw new IllegalArgumentException("position or prev out of bounds");
        }
        return new PlacedMessage(ConversationKey.parse(conversation), position, prev, placed.toByteArray());
    }

    private static GroupPush group(PushedGroup pushed) {
        PlacedMessage message =
                placed(pushed.getConversation(), pushed.getPosition(), pushed.getPrev(), pushed.getPlaced());
        if (!message.conversation().isGroup()) {
            throw new IllegalArgumentException("not a group");
        }
        long changedAt = pushed.getChangedAt();
        if (changedAt < 0 || changedAt > message.position()) {
            throw new IllegalArgumentException("change behind the message");
        }
        return new GroupPush(message, changedAt, pushed.hasChange() ? change(pushed.getChange(), changedAt) : null);
    }

    private static GroupPush.Change change(GroupChange change, long changedAt) {
        if (change.getBefore() < 0 || change.getBefore() >= changedAt) {
            throw new IllegalArgumentException("change before the message out of bounds");
        }
        return new GroupPush.Change(change.getBefore(), change.getRolesMap(), change.getDissolved());
    }

    private static Receipt receipt(PushedReceipt receipt) {
        return new Receipt(
                ConversationKey.parse(receipt.getConversation()),
                receipt.getBy(),
                receipt.getRead() ? Receipt.Kind.READ : Receipt.Kind.DELIVERED,
                receipt.getPosition());
    }
}
