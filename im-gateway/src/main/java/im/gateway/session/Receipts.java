package im.gateway.session;

import im.gateway.connection.Connection;
import im.gateway.connection.Loop;
import im.gateway.service.SessionMetrics;
import im.protocol.ConversationKey;
import im.protocol.ConversationName;
import im.protocol.v1.Cursor;
import im.protocol.v1.Frame;
import im.relay.Receipt;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Receipts on their way to one connection: of each conversation, uid and kind only the newest, written once a turn of
 * the loop, and not while the outbound queue is long. What finds no room here is dropped: the list of conversations
 * tells it. Event loop only.
 */
final class Receipts {
    static final int MAX_PENDING = 256;
    /** Of one frame, at most. */
    private static final int FRAME_BYTES = 256;

    private final Connection connection;
    private final String uid;
    private final SessionMetrics metrics;
    private final Map<Key, Long> pending = new LinkedHashMap<>();
    private final Runnable flushLater = this::flush;
    private boolean planned;

    private record Key(ConversationKey conversation, String by, Receipt.Kind kind) {}

    Receipts(Connection connection, String uid, SessionMetrics metrics) {
        this.connection = connection;
        this.uid = uid;
        this.metrics = metrics;
    }

    void add(Receipt receipt) {
        Key key = new Key(receipt.conversation(), receipt.by(), receipt.kind());
        if (pending.size() == MAX_PENDING && !pending.containsKey(key)) {
            metrics.receiptDropped();
            return;
        }
        pending.merge(key, receipt.position(), Math::max);
        if (!planned) {
            planned = true;
            connection.loop().execute(flushLater);
        }
    }

    boolean isEmpty() {
        return pending.isEmpty();
    }

    /** Writes what waits, if the outbound queue is short and the loop has room (D35). */
    void flush() {
        planned = false;
        long queued = connection.pendingBytes();
        if (pending.isEmpty() || queued > Loop.LOW_WATER_BYTES) {
            return;
        }
        if (connection.loop().hasOutboundRoom(queued, pending.size() * FRAME_BYTES)) {
            pending.forEach(this::write);
            pending.clear();
        } else {
            planned = true;
            connection.loop().atNextTick(flushLater);
        }
    }

    private void write(Key key, long position) {
        boolean delivered = key.kind == Receipt.Kind.DELIVERED;
        Frame frame = Frame.newBuilder()
                .setReceipt(im.protocol.v1.Receipt.newBuilder()
                        .setUpTo(Cursor.newBuilder()
                                .setConversation(ConversationName.of(key.conversation, uid)
                                        .onWire())
                                .setPosition(position))
                        .setUid(key.by)
                        .setKind(delivered ? im.protocol.v1.Receipt.Kind.DELIVERED : im.protocol.v1.Receipt.Kind.READ))
                .build();
        connection.write(connection.wire().encode(frame, connection.alloc()));
    }
}
