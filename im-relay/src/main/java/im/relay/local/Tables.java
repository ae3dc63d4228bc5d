package im.relay.local;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksObject;
import org.rocksdb.WALRecoveryMode;

/** The open RocksDB and its column families. Safe from any thread until it is closed. */
final class Tables implements AutoCloseable {
    private static final String[] NAMES = {
        "default",
        "messages",
        "index",
        "dedupe",
        "cursors",
        "devices",
        "meta",
        "conversations",
        "reads",
        "groups",
        "members",
        "joined"
    };
    private static final long MIB = 1 << 20;

    final RocksDB db;
    final ColumnFamilyHandle messages;
    final ColumnFamilyHandle index;
    final ColumnFamilyHandle dedupe;
    final ColumnFamilyHandle cursors;
    final ColumnFamilyHandle devices;
    final ColumnFamilyHandle meta;
    final ColumnFamilyHandle conversations;
    final ColumnFamilyHandle reads;
    final ColumnFamilyHandle groups;
    final ColumnFamilyHandle members;
    final ColumnFamilyHandle joined;

    /** Closed after the database, in this order. */
    private final List<RocksObject> parts;

    private final List<ColumnFamilyHandle> handles;

    private Tables(RocksDB db, List<ColumnFamilyHandle> handles, List<RocksObject> parts) {
        this.db = db;
        this.handles = handles;
        this.parts = parts;
        messages = handles.get(1);
        index = handles.get(2);
        dedupe = handles.get(3);
        cursors = handles.get(4);
        devices = handles.get(5);
        meta = handles.get(6);
        conversations = handles.get(7);
        reads = handles.get(8);
        groups = handles.get(9);
        members = handles.get(10);
        joined = handles.get(11);
    }

    private interface Opening {
        RocksDB open(
                DBOptions options,
                String store,
                List<ColumnFamilyDescriptor> families,
                List<ColumnFamilyHandle> handles)
                throws RocksDBException;
    }

    static Tables open(DataFolder folder, long cacheBytes) throws IOException, RocksDBException {
        return open(folder, cacheBytes, RocksDB::open);
    }

    /** What is synced can be read; nothing is written, neither the log nor anything else of RocksDB's. */
    static Tables openToRead(DataFolder folder, long cacheBytes) throws IOException, RocksDBException {
        return open(folder, cacheBytes, RocksDB::openReadOnly);
    }

    private static Tables open(DataFolder folder, long cacheBytes, Opening opening)
            throws IOException, RocksDBException {
        // Into the data folder, where the next start overwrites it: in the temporary folder a killed server would
        // leave 17 MB each time.
        NativeLibraryLoader.getInstance().loadLibrary(folder.natives().toString());
        List<RocksObject> parts = new ArrayList<>();
        try {
            return open(folder.store(), cacheBytes, parts, opening);
        } catch (RocksDBException | RuntimeException e) {
            parts.forEach(RocksObject::close);
            throw e;
        }
    }

    private static Tables open(Path store, long cacheBytes, List<RocksObject> parts, Opening opening)
            throws RocksDBException {
        ColumnFamilyOptions family = familyOptions(cacheBytes, parts);
        List<ColumnFamilyDescriptor> families = new ArrayList<>();
        for (String name : NAMES) {
            families.add(new ColumnFamilyDescriptor(name.getBytes(StandardCharsets.US_ASCII), family));
        }
        DBOptions options = options();
        parts.add(options);
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        RocksDB db = opening.open(options, store.toString(), families, handles);
        return new Tables(db, handles, parts);
    }

    /**
     * A commit is one fdatasync: the write-ahead log is allocated ahead and its files are used again, so that a sync
     * writes blocks only and no change of the file's size.
     */
    private static DBOptions options() {
        return new DBOptions()
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setParanoidChecks(true)
                .setUseFsync(false)
                .setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery)
                .setMaxTotalWalSize(64 * MIB)
                .setRecycleLogFileNum(2)
                .setMaxOpenFiles(256)
                .setMaxBackgroundJobs(2)
                .setBytesPerSync(MIB)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setMaxLogFileSize(4 * MIB)
                .setKeepLogFileNum(4)
                .setStatsDumpPeriodSec(0);
    }

    private static ColumnFamilyOptions familyOptions(long cacheBytes, List<RocksObject> parts) {
        Cache cache = new LRUCache(cacheBytes);
        BloomFilter filter = new BloomFilter(10);
        ColumnFamilyOptions family = new ColumnFamilyOptions()
                .setWriteBufferSize(32 * MIB)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setMemtablePrefixBloomSizeRatio(0.02)
                .setMemtableWholeKeyFiltering(true)
                .setTableFormatConfig(new BlockBasedTableConfig()
                        .setBlockCache(cache)
                        .setFilterPolicy(filter)
                        .setCacheIndexAndFilterBlocks(true)
                        .setPinL0FilterAndIndexBlocksInCache(true)
                        .setBlockSize(8 * 1024));
        parts.add(family);
        parts.add(filter);
        parts.add(cache);
        return family;
    }

    @Override
    public void close() {
        handles.forEach(RocksObject::close);
        db.close();
        parts.forEach(RocksObject::close);
    }
}
