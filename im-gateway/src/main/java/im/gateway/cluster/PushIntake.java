package im.gateway.cluster;

import im.gateway.cluster.ClusterMeters.Incoming;
import im.protocol.ConversationKey;
import im.protocol.v1.Push;
import im.protocol.v1.PushedMessage;
import im.protocol.v1.PushedReceipt;
import im.relay.PlacedMessage;
import im.relay.PushBus;
import im.relay.PushReceiver;
import im.relay.Receipt;
import im.relay.TransientMessage;
import im.relay.Wakeups;
import im.router.Routes;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
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
    private final LongConsumer displaced;
    private final Runnable resync;
    private final ClusterMeters meters;
    private boolean reported;

    /**
     * @param holdsLease whether this node may still act in its name
     * @param bus of this process's own connections
     * @param displaced closes a connection of this process
     * @param resync has every session compare
     */
    public PushIntake(
            BooleanSupplier holdsLease, PushBus bus, LongConsumer displaced, Runnable resync, ClusterMeters meters) {
        this.holdsLease = holdsLease;
        this.bus = bus;
        this.displaced = displaced;
        this.resync = resync;
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
        resync.run();
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
            case DISPLACEMENT -> push.getConnectionsList().forEach(displaced::accept);
            default -> throw new IllegalArgumentException("says nothing that is known");
        }
    }

    private static PlacedMessage message(PushedMessage message) {
        if (message.getPosition() <= 0 || message.getPrev() < 0 || message.getPrev() >= message.getPosition()) {
            throw new IllegalArgumentException("position or prev out of bounds");
        }
        return new PlacedMessage(
                ConversationKey.parse(message.getConversation()),
                message.getPosition(),
                message.getPrev(),
                message.getPlaced().toByteArray());
    }

    private static Receipt receipt(PushedReceipt receipt) {
        return new Receipt(
                ConversationKey.parse(receipt.getConversation()),
                receipt.getBy(),
                receipt.getRead() ? Receipt.Kind.READ : Receipt.Kind.DELIVERED,
                receipt.getPosition());
    }
}
