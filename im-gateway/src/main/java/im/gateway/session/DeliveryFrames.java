package im.gateway.session;

import im.gateway.connection.Connection;
import im.protocol.ConversationKey;
import im.protocol.codec.FrameCodec;
import im.protocol.codec.Wire.PageHead;
import im.protocol.v1.Frame;
import im.relay.ConversationStore.Page;
import im.relay.PlacedMessage;
import java.util.ArrayList;
import java.util.List;

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

    void live(PlacedMessage message) {
        metrics.deliveredLive();
        deliver(message.conversation().peerOf(uid), List.of(message.placed()), false);
    }

    /** In as many frames as the wire asks for. */
    void streamed(ConversationKey conversation, List<PlacedMessage> messages, boolean catchingUp) {
        metrics.deliveredStream(messages.size());
        String peer = conversation.peerOf(uid);
        List<byte[]> placed = new ArrayList<>(messages.size());
        int bytes = FrameCodec.PLACED_OVERHEAD;
        for (PlacedMessage message : messages) {
            int size = FrameCodec.placedFieldSize(message.placed().length);
            if (bytes + size > connection.wire().placedBudget()) {
                deliver(peer, placed, catchingUp);
                placed.clear();
                bytes = FrameCodec.PLACED_OVERHEAD;
            }
            placed.add(message.placed());
            bytes += size;
        }
        if (!placed.isEmpty()) {
            deliver(peer, placed, catchingUp);
        }
    }

    private void deliver(String peer, List<byte[]> placed, boolean catchingUp) {
        connection.write(connection.wire().encodeDeliver(peer, placed, catchingUp, 0, connection.alloc()));
    }

    void page(SyncRequest request, Page page) {
        metrics.deliveredSync(page.messages().size());
        PageHead head = new PageHead(
                request.ref(),
                request.conversation().peerOf(uid),
                page.more(),
                page.isTruncatedAfter(request.after()),
                page.firstHeld(),
                page.head(),
                page.completeUpTo());
        List<byte[]> placed =
                page.messages().stream().map(PlacedMessage::placed).toList();
        connection.write(connection.wire().encodeSyncPage(head, placed, connection.alloc()));
    }

    void say(Frame frame) {
        connection.write(connection.wire().encode(frame, connection.alloc()));
    }
}
