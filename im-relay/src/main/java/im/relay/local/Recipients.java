package im.relay.local;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/**
 * The devices of the uids that were busy of late, and from where on each is owed what is placed. Runs ahead of the disk
 * like {@link LogState}. Writer thread only.
 */
final class Recipients {
    private static final int UIDS = 16_384;

    private final Tables tables;
    private final Map<String, Map<String, Long>> owedFrom = new LinkedHashMap<>(1024, 0.75f, true);

    Recipients(Tables tables) {
        this.tables = tables;
    }

    /** A commit begins; what it learns must stay until it is written, so only now is anything let go. */
    void begin() {
        Iterator<String> eldest = owedFrom.keySet().iterator();
        while (owedFrom.size() > UIDS) {
            eldest.next();
            eldest.remove();
        }
    }

    /** The uid's devices, each with the position behind which it is owed everything. */
    Map<String, Long> of(String uid) throws RocksDBException {
        Map<String, Long> known = owedFrom.get(uid);
        if (known == null) {
            known = read(tables, uid);
            owedFrom.put(uid, known);
        }
        return known;
    }

    void opened(String uid, String device, long position) throws RocksDBException {
        of(uid).put(device, position);
    }

    void forgotten(String uid, String device) throws RocksDBException {
        of(uid).remove(device);
    }

    static Map<String, Long> read(Tables tables, String uid) throws RocksDBException {
        Map<String, Long> devices = new HashMap<>();
        byte[] prefix = Keyspace.devicePrefix(uid);
        try (Slice bound = new Slice(Keyspace.behind(prefix));
                ReadOptions options = new ReadOptions().setIterateUpperBound(bound);
                RocksIterator at = tables.db.newIterator(tables.devices, options)) {
            for (at.seek(prefix); at.isValid(); at.next()) {
                String device = Keyspace.text(at.key(), prefix.length, at.key().length);
                devices.put(device, DeviceEntry.decode(at.value()).owedFrom());
            }
            at.status();
        }
        return devices;
    }
}
