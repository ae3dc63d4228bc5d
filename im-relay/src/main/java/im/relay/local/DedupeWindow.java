package im.relay.local;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/**
 * Which identities were seen within the window W, by the log's clock and no other. What is seen is written into the
 * youngest <em>generation</em>, a range of keys of its own; a new one begins when the youngest is W old, so that a
 * lookup reads two of them as a rule, and an old one goes away as whole files. They are kept for 2 W, so that W may be
 * doubled in the configuration without forgetting. Writer thread only.
 */
final class DedupeWindow {

    /** What was seen, when it was accepted, and when it was last seen by the log's clock. */
    record Seen(byte[] hash, long acceptedMs, long lastSeenMs) {

        byte[] encode() {
            byte[] value = Arrays.copyOf(hash, Keyspace.HASH_BYTES + 16);
            System.arraycopy(Keyspace.numbers(acceptedMs, lastSeenMs), 0, value, Keyspace.HASH_BYTES, 16);
            return value;
        }

        static Seen decode(byte[] value) {
            return new Seen(
                    Arrays.copyOf(value, Keyspace.HASH_BYTES),
                    Keyspace.number(value, Keyspace.HASH_BYTES),
                    Keyspace.number(value, Keyspace.HASH_BYTES + 8));
        }
    }

    private final Tables tables;
    private final long windowMs;

    /** When each generation held began, oldest first; each ends where the next begins. */
    private long[] generations;

    private DedupeWindow(Tables tables, long windowMs, long[] generations) {
        this.tables = tables;
        this.windowMs = windowMs;
        this.generations = generations;
    }

    static DedupeWindow load(Tables tables, long windowMs) throws RocksDBException {
        byte[] stored = tables.db.get(tables.meta, Keyspace.META_GENERATIONS);
        long[] generations = new long[stored == null ? 0 : stored.length / 8];
        for (int i = 0; i < generations.length; i++) {
            generations[i] = Keyspace.number(stored, i * 8);
        }
        return new DedupeWindow(tables, windowMs, generations);
    }

    /** The identity if it was seen at most W before {@code now}, else null. */
    @Nullable Seen find(byte[] identity, long now) throws RocksDBException {
        for (int i = generations.length - 1; i >= 0; i--) {
            boolean youngest = i == generations.length - 1;
            if (!youngest && now - generations[i + 1] > windowMs) {
                return null;
            }
            byte[] value = tables.db.get(tables.dedupe, Keyspace.dedupe(generations[i], identity));
            if (value != null) {
                Seen seen = Seen.decode(value);
                return now - seen.lastSeenMs() <= windowMs ? seen : null;
            }
        }
        return null;
    }

    void put(byte[] identity, Seen seen, WriteBatch batch) throws RocksDBException {
        if (generations.length == 0 || seen.lastSeenMs() - generations[generations.length - 1] >= windowMs) {
            begin(seen.lastSeenMs(), batch);
        }
        batch.put(tables.dedupe, Keyspace.dedupe(generations[generations.length - 1], identity), seen.encode());
    }

    private void begin(long now, WriteBatch batch) throws RocksDBException {
        int gone = 0;
        while (gone + 1 < generations.length && now - generations[gone + 1] > 2 * windowMs) {
            gone++;
        }
        if (gone > 0) {
            batch.deleteRange(tables.dedupe, Keyspace.number(0), Keyspace.number(generations[gone]));
        }
        long[] held = Arrays.copyOfRange(generations, gone, generations.length + 1);
        held[held.length - 1] = now;
        batch.put(tables.meta, Keyspace.META_GENERATIONS, Keyspace.numbers(held));
        generations = held;
    }
}
