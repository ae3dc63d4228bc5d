package im.relay.local;

import im.protocol.ConversationKey;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * What the writer knows between commits. It runs ahead of the disk only while a commit is under way; since a commit
 * that fails ends the log, nothing is ever taken back. Writer thread only.
 */
final class LogState {
    private static final int HEADS = 32_768;

    final Tables tables;
    final LogClock clock;
    final DedupeWindow dedupe;
    final String logId;
    long lastPosition;

    private final Map<ConversationKey, Long> heads = new LinkedHashMap<>(1024, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ConversationKey, Long> eldest) {
            return size() > HEADS;
        }
    };

    private LogState(Tables tables, LogClock clock, DedupeWindow dedupe, String logId, long lastPosition) {
        this.tables = tables;
        this.clock = clock;
        this.dedupe = dedupe;
        this.logId = logId;
        this.lastPosition = lastPosition;
    }

    /** Reads what is stored; a store without a format is new and gets its log id. */
    static LogState load(DataFolder folder, Tables tables, LocalLogConfig config, Surroundings around)
            throws RocksDBException, IOException {
        byte[] format = tables.db.get(tables.meta, Keyspace.META_FORMAT);
        if (format == null) {
            found(tables, around.clock().millis(), around.random());
        } else if (!Arrays.equals(format, formatBytes())) {
            throw new FolderFormatException(folder.store(), Arrays.toString(format), Arrays.toString(formatBytes()));
        }
        byte[] last = stored(tables, Keyspace.META_LAST);
        byte[] logId = stored(tables, Keyspace.META_LOG_ID);
        LogClock clock = new LogClock(around.nanos(), around.clock().millis(), Keyspace.number(last, 8));
        DedupeWindow dedupe = DedupeWindow.load(tables, config.dedupeWindow().toMillis());
        return new LogState(tables, clock, dedupe, Keyspace.text(logId, 0, logId.length), Keyspace.number(last, 0));
    }

    /** The position of the conversation's last message, 0 where there is none. */
    long head(ConversationKey conversation) throws RocksDBException {
        Long held = heads.get(conversation);
        if (held != null) {
            return held;
        }
        byte[] stored = tables.db.get(tables.index, Keyspace.head(conversation));
        return stored == null ? 0 : Keyspace.number(stored, 0);
    }

    void remember(Map<ConversationKey, Long> raised) {
        heads.putAll(raised);
    }

    private static void found(Tables tables, long nowMs, RandomGenerator random) throws RocksDBException {
        String logId = String.format("%016x%016x", random.nextLong(), random.nextLong());
        try (WriteBatch batch = new WriteBatch();
                WriteOptions synced = new WriteOptions().setSync(true)) {
            batch.put(tables.meta, Keyspace.META_FORMAT, formatBytes());
            batch.put(tables.meta, Keyspace.META_LOG_ID, Keyspace.ascii(logId));
            batch.put(tables.meta, Keyspace.META_LAST, Keyspace.numbers(0, nowMs));
            tables.db.write(synced, batch);
        }
    }

    private static byte[] stored(Tables tables, byte[] key) throws RocksDBException, IOException {
        byte[] value = tables.db.get(tables.meta, key);
        if (value == null) {
            throw new IOException("store is damaged: meta has no " + Keyspace.text(key, 0, key.length));
        }
        return value;
    }

    private static byte[] formatBytes() {
        return new byte[] {0, 0, 0, Keyspace.FORMAT};
    }
}
