package im.relay.local;

import im.protocol.ConversationKey;
import im.relay.group.GroupTerms;
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
    private static final int EXTENTS = 32_768;

    final Tables tables;
    final LogClock clock;
    final DedupeWindow dedupe;
    final String logId;
    long lastPosition;

    final Trimmer trimmer;
    final Recipients recipients;
    final RecentSenders recentSenders = new RecentSenders();
    final Conservation conservation;
    final GroupTerms groupTerms;

    /** Where a group was dissolved last, as far as that is known: what was counted of groups before may be too much. */
    long dissolvedAt;

    /** Behind which conversation the next sweep goes on; empty at the first. */
    byte[] swept = {};

    /** The same of the lists of uids' groups. */
    byte[] sweptGroups = {};

    private final Map<ConversationKey, Extent> extents = new LinkedHashMap<>(1024, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ConversationKey, Extent> eldest) {
            return size() > EXTENTS;
        }
    };

    private LogState(
            Tables tables,
            LogClock clock,
            DedupeWindow dedupe,
            Trimmer trimmer,
            Conservation conservation,
            GroupTerms groupTerms,
            String logId,
            long lastPosition) {
        this.trimmer = trimmer;
        this.recipients = new Recipients(tables);
        this.conservation = conservation;
        this.groupTerms = groupTerms;
        this.tables = tables;
        this.clock = clock;
        this.dedupe = dedupe;
        this.logId = logId;
        this.lastPosition = lastPosition;
        this.dissolvedAt = lastPosition;
    }

    /** Reads what is stored; a store without a format is new and gets its log id. */
    static LogState load(DataFolder folder, Tables tables, LocalLogConfig config, Surroundings around)
            throws RocksDBException, IOException {
        byte[] format = tables.db.get(tables.meta, Keyspace.META_FORMAT);
        if (format == null) {
            found(tables, around.clock().millis(), around.random());
        } else if (!Arrays.equals(format, formatBytes())) {
            int earlier = earlier(format);
            if (earlier == 0) {
                throw new FolderFormatException(
                        folder.store(), Arrays.toString(format), Arrays.toString(formatBytes()));
            }
            Upgrade.from(earlier, tables);
        }
        byte[] last = stored(tables, Keyspace.META_LAST);
        byte[] logId = stored(tables, Keyspace.META_LOG_ID);
        Conservation conservation = Conservation.decode(stored(tables, Keyspace.META_CONSERVATION));
        LogClock clock = new LogClock(around.nanos(), around.clock().millis(), Keyspace.number(last, 8));
        DedupeWindow dedupe = DedupeWindow.load(tables, config.dedupeWindow().toMillis());
        Trimmer trimmer = new Trimmer(tables, config.retention(), around.clock());
        folder.writeFormat();
        return new LogState(
                tables,
                clock,
                dedupe,
                trimmer,
                conservation,
                config.groups(),
                Keyspace.text(logId, 0, logId.length),
                Keyspace.number(last, 0));
    }

    Extent extent(ConversationKey conversation) throws RocksDBException {
        Extent held = extents.get(conversation);
        return held != null
                ? held
                : Extent.decode(tables.db.get(tables.conversations, Keyspace.conversation(conversation)));
    }

    void remember(Map<ConversationKey, Extent> changed) {
        extents.putAll(changed);
    }

    private static void found(Tables tables, long nowMs, RandomGenerator random) throws RocksDBException {
        String logId = String.format("%016x%016x", random.nextLong(), random.nextLong());
        try (WriteBatch batch = new WriteBatch();
                WriteOptions synced = new WriteOptions().setSync(true)) {
            batch.put(tables.meta, Keyspace.META_FORMAT, formatBytes());
            batch.put(tables.meta, Keyspace.META_LOG_ID, Keyspace.ascii(logId));
            batch.put(tables.meta, Keyspace.META_LAST, Keyspace.numbers(0, nowMs));
            Conservation none = Conservation.startingWith(new PendingScan.Pending(0, 0));
            batch.put(tables.meta, Keyspace.META_CONSERVATION, none.encode());
            tables.db.write(synced, batch);
        }
    }

    /** The earlier format that this is; 0 if it is none. */
    private static int earlier(byte[] format) {
        for (int earlier = Keyspace.OLDEST_FORMAT; earlier < Keyspace.FORMAT; earlier++) {
            if (Arrays.equals(format, formatBytes(earlier))) {
                return earlier;
            }
        }
        return 0;
    }

    static byte[] stored(Tables tables, byte[] key) throws RocksDBException, IOException {
        byte[] value = tables.db.get(tables.meta, key);
        if (value == null) {
            throw new IOException("store is damaged: meta has no " + Keyspace.text(key, 0, key.length));
        }
        return value;
    }

    static byte[] formatBytes() {
        return formatBytes(Keyspace.FORMAT);
    }

    private static byte[] formatBytes(int format) {
        return new byte[] {0, 0, 0, (byte) format};
    }
}
