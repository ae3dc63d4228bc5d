package im.gateway.cluster;

import im.gateway.cluster.ClusterMeters.Incoming;
import im.protocol.ConversationKey;
import im.protocol.v1.Push;
import im.protocol.v1.PushRecord;
import im.protocol.v1.PushedMessage;
import im.protocol.v1.PushedReceipt;
import im.relay.PlacedMessage;
import im.relay.PushBus;
import im.relay.Receipt;
import im.relay.TransientMessage;
import im.relay.Wakeups;
import im.router.NodeId;
import im.router.Routes;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What other nodes push here, handed to the loops of the connections it is for. A record for another incarnation than
 * the one this process holds now is nobody's. Called by the receiver's thread; never blocks it.
 */
public final class PushIntake {
    private static final Logger LOG = LoggerFactory.getLogger(PushIntake.class);

    private final Supplier<@Nullable NodeId> self;
    private final PushBus bus;
    private final LongConsumer displaced;
    private final ClusterMeters meters;
    private boolean reported;

    /**
     * @param self which node this process is now; null while it holds no lease
     * @param bus of this process's own connections
     * @param displaced closes a connection of this process
     */
    public PushIntake(
            Supplier<@Nullable NodeId> self, PushBus bus, LongConsumer displaced, ClusterMeters meters) {
        this.self = self;
        this.bus = bus;
        this.displaced = displaced;
        this.meters = meters;
    }

    /** One record of the bus. */
    public void received(PushRecord record) {
        NodeId node = self.get();
        if (record.getFormat() != OutgoingPushes.FORMAT) {
            meters.incoming(Incoming.MALFORMED, Math.max(1, record.getPushesCount()));
        } else if (node == null || node.incarnation() != record.getIncarnation()) {
            meters.incoming(Incoming.OTHER_INCARNATION, record.getPushesCount());
        } else {
            Wakeups wakeups = new Wakeups();
            record.getPushesList().forEach(push -> deliver(push, wakeups));
            wakeups.flush();
        }
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
            case TRANSIENT -> bus.pushTransient(
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
