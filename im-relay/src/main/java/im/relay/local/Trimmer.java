package im.relay.local;

import im.protocol.ConversationKey;
import im.protocol.codec.PlacedCodec;
import im.relay.Retention;
import java.time.Clock;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.WriteBatch;

/**
 * Drops what retention does not hold any more. A conversation may exceed its bounds by an eighth before it is cut back,
 * so that a busy one is not cut with every message; only what was committed before is dropped. Writer thread only.
 */
final class Trimmer {
    /** Messages that one commit drops at most; the rest goes with a later one. */
    static final int SLICE = 4_096;

    /** Bytes that one commit reads at most of what it drops; above what one commit can place, so that this keeps up. */
    static final long SLICE_BYTES = 16 << 20;

    /** Is told of each message that goes. */
    interface Dropped {
        void take(long position, byte[] placed) throws RocksDBException;
    }

    private final Tables tables;
    private final Retention retention;
    private final Clock wall;
    private int left;
    private long leftBytes;

    Trimmer(Tables tables, Retention retention, Clock wall) {
        this.tables = tables;
        this.retention = retention;
        this.wall = wall;
    }

    /** A new commit may drop so many again. */
    void begin() {
        left = SLICE;
        leftBytes = SLICE_BYTES;
    }

    boolean isSpent() {
        return left == 0 || leftBytes <= 0;
    }

    boolean exceeds(Extent extent) {
        return extent.messages() > retention.messages() + retention.messages() / 8
                || extent.bytes() > retention.bytes() + retention.bytes() / 8;
    }

    /** What is older is not held. A gateway's wall clock says how old it is: if either clock is ahead nothing goes too early. */
    long oldestMs(long nowMs) {
        return Math.min(nowMs, wall.millis()) - retention.time().toMillis();
    }

    /** The extent after everything above the bounds, or accepted too long ago, was dropped. */
    Extent trim(ConversationKey conversation, Extent extent, long nowMs, WriteBatch batch, Dropped dropped)
            throws RocksDBException {
        Extent rest = extent;
        long oldestMs = oldestMs(nowMs);
        byte[] end = Keyspace.behind(Keyspace.messagePrefix(conversation));
        try (Slice bound = new Slice(end);
                ReadOptions options = new ReadOptions().setIterateUpperBound(bound);
                RocksIterator at = tables.db.newIterator(tables.messages, options)) {
            at.seek(Keyspace.message(conversation, extent.floor() + 1));
            while (!isSpent() && at.isValid() && isToGo(rest, at, oldestMs)) {
                byte[] key = at.key();
                batch.delete(tables.messages, key);
                dropped.take(Keyspace.messagePosition(key), at.value());
                rest = rest.without(Keyspace.messagePosition(key), at.value().length);
                left--;
                leftBytes -= at.value().length;
                at.next();
            }
            at.status();
        }
        return rest;
    }

    private boolean isToGo(Extent extent, RocksIterator at, long oldestMs) {
        boolean tooMany = extent.messages() > 1
                && (extent.messages() > retention.messages() || extent.bytes() > retention.bytes());
        return tooMany || PlacedCodec.origin(at.value()).acceptedMs() < oldestMs;
    }
}
