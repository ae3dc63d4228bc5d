package im.gateway.delivery;

import im.gateway.connection.Connection;
import im.gateway.service.SessionMetrics;
import im.protocol.ConversationKey;
import im.protocol.ConversationName;
import im.protocol.codec.FrameCodec;
import im.protocol.codec.Wire.PageHead;
import im.protocol.v1.CaughtUp;
import im.protocol.v1.Frame;
import im.relay.ConversationStore.Page;
import im.relay.PlacedMessage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Placed messages as frames of one connection: their bytes are copied, never parsed. Event loop only. */
final class DeliveryFrames {
    private final Connection connection;
    private final String uid;
    private final SessionMetrics metrics;

    DeliveryFrames(Connection connection, String uid, SessionMetrics metrics) {
        this.connection = connection;
        this.uid = uid;
        this.metrics = metrics;
    }

    void live(PlacedMessage message, @Nullable SharedFrame shared) {
        metrics.deliveredLive();
        if (shared == null) {
            deliver(ConversationName.of(message.conversation(), uid), List.of(message.placed()), false, 0);
        } else {
            connection.write(shared.of(connection));
        }
    }

    /**
     * In as many frames as the wire asks for.
     *
     * @param truncatedUpTo told by the first frame, also if there is no message; 0 where nothing is truncated
     */
    void streamed(ConversationKey conversation, List<PlacedMessage> messages, boolean catchingUp, long truncatedUpTo) {
        metrics.deliveredStream(messages.size());
        ConversationName name = ConversationName.of(conversation, uid);
        List<byte[]> placed = new ArrayList<>(messages.size());
        int bytes = FrameCodec.PLACED_OVERHEAD;
        long truncated = truncatedUpTo;
        for (PlacedMessage message : messages) {
            int size = FrameCodec.placedFieldSize(message.placed().length);
            if (!placed.isEmpty() && bytes + size > connection.wire().placedBudget()) {
                deliver(name, placed, catchingUp, truncated);
                truncated = 0;
                placed.clear();
                bytes = FrameCodec.PLACED_OVERHEAD;
            }
            placed.add(message.placed());
            bytes += size;
        }
        if (!placed.isEmpty() || truncated > 0) {
            deliver(name, placed, catchingUp, truncated);
        }
    }

    private void deliver(ConversationName name, List<byte[]> placed, boolean catchingUp, long truncatedUpTo) {
        connection.write(connection.wire().encodeDeliver(name, placed, catchingUp, truncatedUpTo, connection.alloc()));
    }

    void caughtUp(long completeAsOfMs, boolean truncated) {
        say(Frame.newBuilder()
                .setCaughtUp(
                        CaughtUp.newBuilder().setCompleteAsOfMs(completeAsOfMs).setTruncated(truncated))
                .build());
    }

    void page(SyncRequest request, Page page) {
        metrics.deliveredSync(page.messages().size());
        PageHead head = new PageHead(
                request.ref(),
                ConversationName.of(request.conversation(), uid),
                page.more(),
                isTruncated(request, page),
                page.firstHeld(),
                page.head(),
                page.completeUpTo());
        List<byte[]> placed =
                page.messages().stream().map(PlacedMessage::placed).toList();
        connection.write(connection.wire().encodeSyncPage(head, placed, connection.alloc()));
    }

    /** Backwards, what is missing is missing before the first message held. */
    private static boolean isTruncated(SyncRequest request, Page page) {
        return request.isBackwards() ? !page.more() && page.floor() > 0 : page.isTruncatedAfter(request.after());
    }

    void say(Frame frame) {
        connection.write(connection.wire().encode(frame, connection.alloc()));
    }
}
