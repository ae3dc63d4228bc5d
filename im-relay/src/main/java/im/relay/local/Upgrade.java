package im.relay.local;

import java.util.HashMap;
import java.util.Map;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** Brings a store of an earlier format to this one, in one batch: a crash in between leaves what was there. */
final class Upgrade {
    /** The first that counts what devices are owed. */
    private static final int COUNTED_FORMAT = 3;

    private Upgrade() {}

    /**
     * Adds what the format did not keep. Format 1: the extent of each conversation, the version of each uid's index.
     * Format 2: how many copies devices are owed. Format 3 had no groups, and there is nothing to add.
     */
    static void from(int format, Tables tables) throws RocksDBException {
        try (WriteBatch batch = new WriteBatch();
                WriteOptions synced = new WriteOptions().setSync(true)) {
            if (format == Keyspace.OLDEST_FORMAT) {
                putExtents(tables, batch);
                putVersions(tables, batch);
            }
            if (format < COUNTED_FORMAT) {
                Conservation counted = Conservation.startingWith(PendingScan.run(tables));
                batch.put(tables.meta, Keyspace.META_CONSERVATION, counted.encode());
            }
            batch.put(tables.meta, Keyspace.META_FORMAT, LogState.formatBytes());
            tables.db.write(synced, batch);
        }
    }

    private static void putExtents(Tables tables, WriteBatch batch) throws RocksDBException {
        Map<String, Extent> extents = new HashMap<>();
        try (RocksIterator at = tables.db.newIterator(tables.messages)) {
            for (at.seekToFirst(); at.isValid(); at.next()) {
                String conversation = Keyspace.text(at.key(), 0, at.key().length - 9);
                long position = Keyspace.messagePosition(at.key());
                int size = at.value().length;
                extents.merge(
                        conversation, Extent.EMPTY.with(position, size), (held, one) -> held.with(position, size));
            }
            at.status();
        }
        for (Map.Entry<String, Extent> entry : extents.entrySet()) {
            batch.put(
                    tables.conversations,
                    Keyspace.ascii(entry.getKey()),
                    entry.getValue().encode());
        }
    }

    private static void putVersions(Tables tables, WriteBatch batch) throws RocksDBException {
        Map<String, Long> versions = new HashMap<>();
        try (RocksIterator at = tables.db.newIterator(tables.index)) {
            for (at.seekToFirst(); at.isValid(); at.next()) {
                byte[] key = at.key();
                int zero = 0;
                while (key[zero] != 0) {
                    zero++;
                }
                versions.merge(Keyspace.text(key, 0, zero), Keyspace.number(at.value(), 0), Math::max);
            }
            at.status();
        }
        for (Map.Entry<String, Long> entry : versions.entrySet()) {
            batch.put(tables.index, Keyspace.version(entry.getKey()), Keyspace.number(entry.getValue()));
        }
    }
}
