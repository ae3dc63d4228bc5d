package im.relay.local;

import im.relay.CursorStore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.WriteBatch;

/**
 * The devices that one commit opens, touches and forgets. Of a uid's devices {@link CursorStore#MAX_DEVICES} are kept.
 * Writer thread only.
 */
final class Devices {
    /** When a device was last used is not written more often than this. */
    static final long TOUCH_MS = 60_000;

    private final Tables tables;
    private final WriteBatch batch;
    private final long nowMs;
    private final Recipients recipients;
    private final Copies copies;
    private final Set<String> opened = new LinkedHashSet<>();
    private final Set<String> used = new HashSet<>();
    private final Set<String> forgotten = new HashSet<>();

    Devices(LogState state, WriteBatch batch, long nowMs, Copies copies) {
        this.tables = state.tables;
        this.recipients = state.recipients;
        this.batch = batch;
        this.nowMs = nowMs;
        this.copies = copies;
    }

    /** What became of a device that a connection came for. */
    enum Opened {
        NEW,
        KNOWN,
        /** Nothing: another one had to be forgotten for it, and this commit has forgotten enough. */
        NOT_NOW
    }

    Opened open(String uid, String device, CursorStore.Start start, long lastPosition) throws RocksDBException {
        if (opened.contains(name(uid, device)) || touch(uid, device)) {
            return Opened.KNOWN;
        }
        if (!makeRoom(uid)) {
            return Opened.NOT_NOW;
        }
        opened.add(name(uid, device));
        dropCursors(uid, device);
        DeviceEntry entry = DeviceEntry.opened(start, lastPosition, nowMs);
        batch.put(tables.devices, Keyspace.device(uid, device), entry.encode());
        recipients.opened(uid, device, entry.owedFrom());
        return Opened.NEW;
    }

    /** Whether the device is known. */
    boolean touch(String uid, String device) throws RocksDBException {
        byte[] key = Keyspace.device(uid, device);
        byte[] stored = tables.db.get(tables.devices, key);
        if (stored == null || forgotten.contains(name(uid, device))) {
            return false;
        }
        used.add(name(uid, device));
        DeviceEntry entry = DeviceEntry.decode(stored);
        if (nowMs - entry.lastUsedMs() >= TOUCH_MS) {
            batch.put(tables.devices, key, entry.usedAt(nowMs).encode());
        }
        return true;
    }

    /** False where that must wait for another commit. */
    private boolean makeRoom(String uid) throws RocksDBException {
        // Not by a scan: that would pass over all that were forgotten since the last compaction.
        List<Used> devices = new ArrayList<>();
        for (String device : recipients.of(uid).keySet()) {
            if (!opened.contains(name(uid, device))) {
                boolean usedNow = used.contains(name(uid, device));
                byte[] stored = tables.db.get(tables.devices, Keyspace.device(uid, device));
                devices.add(new Used(
                        device, usedNow ? nowMs : DeviceEntry.decode(stored).lastUsedMs()));
            }
        }
        devices.sort(Comparator.comparingLong(Used::ms).thenComparing(Used::device));
        opened.stream()
                .filter(name -> name.startsWith(uid + '\0'))
                .forEach(name -> devices.add(new Used(name.substring(uid.length() + 1), nowMs)));
        List<Used> longestUnused = devices.subList(0, Math.max(0, devices.size() - CursorStore.MAX_DEVICES + 1));
        if (!longestUnused.isEmpty() && copies.isSpent()) {
            return false;
        }
        for (Used device : longestUnused) {
            forget(uid, device.device());
        }
        return true;
    }

    private record Used(String device, long ms) {}

    private void forget(String uid, String device) throws RocksDBException {
        copies.writtenOff(uid, device);
        recipients.forgotten(uid, device);
        opened.remove(name(uid, device));
        forgotten.add(name(uid, device));
        batch.delete(tables.devices, Keyspace.device(uid, device));
        dropCursors(uid, device);
    }

    /** Of a new device they were left by a connection that was still there when the device was forgotten. */
    private void dropCursors(String uid, String device) throws RocksDBException {
        byte[] cursors = Keyspace.cursorPrefix(uid, device);
        try (Slice bound = new Slice(Keyspace.behind(cursors));
                ReadOptions options = new ReadOptions().setIterateUpperBound(bound);
                RocksIterator at = tables.db.newIterator(tables.cursors, options)) {
            at.seek(cursors);
            if (at.isValid()) {
                batch.deleteRange(tables.cursors, cursors, Keyspace.behind(cursors));
            }
            at.status();
        }
    }

    /** Not one that this commit forgets or begins anew: it cannot have acknowledged anything since. */
    boolean hasCursors(String uid, String device) {
        return !forgotten.contains(name(uid, device)) && !opened.contains(name(uid, device));
    }

    private static String name(String uid, String device) {
        return uid + '\0' + device;
    }
}
