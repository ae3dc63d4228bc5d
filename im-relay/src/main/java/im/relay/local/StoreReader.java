package im.relay.local;

import im.protocol.ConversationKey;
import im.protocol.codec.PlacedCodec;
import im.relay.ConversationStore.Behind;
import im.relay.ConversationStore.CompareRequest;
import im.relay.ConversationStore.Comparison;
import im.relay.ConversationStore.Page;
import im.relay.PlacedMessage;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Snapshot;

/**
 * Reads, each from one snapshot. What is not synced yet is in no snapshot. Blocks; safe from any thread. An iterator
 * ends also where it could not read on, hence the {@code status()} behind each loop, which throws then.
 */
final class StoreReader {
    interface Entry {
        void take(byte[] key, byte[] value);
    }

    interface FromSnapshot<T> {
        T read(Snapshot snapshot) throws RocksDBException;
    }

    private final Tables tables;
    private final Clock clock;
    final GroupReader groups;

    StoreReader(Tables tables, Clock clock) {
        this.tables = tables;
        this.clock = clock;
        this.groups = new GroupReader(tables, this);
    }

    long head(ConversationKey conversation) throws RocksDBException {
        return conversation.isGroup()
                ? Extent.decode(tables.db.get(tables.conversations, Keyspace.conversation(conversation)))
                        .head()
                : number(tables.db.get(tables.index, Keyspace.head(conversation)));
    }

    Page page(ConversationKey conversation, long after, int maxMessages, int maxBytes) throws RocksDBException {
        return snapshot(snapshot -> {
            Extent extent = extent(conversation, snapshot);
            long from = Math.max(Math.max(after, 0), extent.floor());
            List<PlacedMessage> messages = new ArrayList<>();
            boolean more =
                    from < Long.MAX_VALUE && read(conversation, from + 1, maxMessages, maxBytes, snapshot, messages);
            long complete = more ? messages.get(messages.size() - 1).position() : Math.max(from, extent.head());
            long firstHeld = after <= extent.floor() && !messages.isEmpty()
                    ? messages.get(0).position()
                    : firstHeld(conversation, extent, snapshot);
            return new Page(messages, more, extent.head(), complete, extent.floor(), firstHeld);
        });
    }

    Page pageBefore(ConversationKey conversation, long before, int maxMessages, int maxBytes) throws RocksDBException {
        return snapshot(snapshot -> {
            Extent extent = extent(conversation, snapshot);
            List<PlacedMessage> messages = new ArrayList<>();
            boolean more = before > 0
                    && readBackwards(conversation, before - 1, extent, maxMessages, maxBytes, snapshot, messages);
            Collections.reverse(messages);
            long firstHeld = more || messages.isEmpty()
                    ? firstHeld(conversation, extent, snapshot)
                    : messages.get(0).position();
            long complete = Math.min(Math.max(before - 1, 0), extent.head());
            return new Page(messages, more, extent.head(), complete, extent.floor(), firstHeld);
        });
    }

    Extent extent(ConversationKey conversation, Snapshot snapshot) throws RocksDBException {
        try (ReadOptions options = new ReadOptions().setSnapshot(snapshot)) {
            return Extent.decode(tables.db.get(tables.conversations, options, Keyspace.conversation(conversation)));
        }
    }

    long firstHeld(ConversationKey conversation, Extent extent, Snapshot snapshot) throws RocksDBException {
        if (extent.messages() == 0) {
            return 0;
        }
        List<PlacedMessage> first = new ArrayList<>(1);
        read(conversation, extent.floor() + 1, 1, 1, snapshot, first);
        return first.isEmpty() ? 0 : first.get(0).position();
    }

    /** Fills the list, the newest first; whether there is more before. */
    private boolean readBackwards(
            ConversationKey conversation,
            long last,
            Extent extent,
            int maxMessages,
            int maxBytes,
            Snapshot snapshot,
            List<PlacedMessage> into)
            throws RocksDBException {
        long bytes = 0;
        try (Slice bound = new Slice(Keyspace.message(conversation, extent.floor() + 1));
                ReadOptions options = new ReadOptions().setSnapshot(snapshot).setIterateLowerBound(bound);
                RocksIterator at = tables.db.newIterator(tables.messages, options)) {
            for (at.seekForPrev(Keyspace.message(conversation, last)); at.isValid(); at.prev()) {
                byte[] placed = at.value();
                bytes += placed.length;
                if (into.size() >= Math.max(maxMessages, 1) || (!into.isEmpty() && bytes > maxBytes)) {
                    return true;
                }
                long position = Keyspace.messagePosition(at.key());
                into.add(new PlacedMessage(conversation, position, PlacedCodec.prev(placed), placed));
            }
            at.status();
            return false;
        }
    }

    long[] versions(List<String> uids) throws RocksDBException {
        long[] versions = new long[uids.size()];
        for (int i = 0; i < versions.length; i++) {
            versions[i] = number(tables.db.get(tables.index, Keyspace.version(uids.get(i))));
        }
        return versions;
    }

    /** Fills the list; whether there is more. */
    private boolean read(
            ConversationKey conversation,
            long first,
            int maxMessages,
            int maxBytes,
            Snapshot snapshot,
            List<PlacedMessage> into)
            throws RocksDBException {
        byte[] start = Keyspace.message(conversation, first);
        byte[] end = Keyspace.behind(Keyspace.messagePrefix(conversation));
        long bytes = 0;
        try (Slice bound = new Slice(end);
                ReadOptions options = new ReadOptions().setSnapshot(snapshot).setIterateUpperBound(bound);
                RocksIterator at = tables.db.newIterator(tables.messages, options)) {
            for (at.seek(start); at.isValid(); at.next()) {
                if (into.size() >= Math.max(maxMessages, 1)) {
                    return true;
                }
                byte[] placed = at.value();
                bytes += placed.length;
                if (!into.isEmpty() && bytes > maxBytes) {
                    return true;
                }
                long position = Keyspace.messagePosition(at.key());
                into.add(new PlacedMessage(conversation, position, PlacedCodec.prev(placed), placed));
            }
            at.status();
            return false;
        }
    }

    Comparison compare(CompareRequest request) throws RocksDBException {
        long asOfMs = clock.millis();
        return snapshot(snapshot -> {
            DeviceEntry device = device(request.uid(), request.device(), snapshot);
            Map<String, Long> cursors =
                    request.complete() ? Map.of() : cursors(request.uid(), request.device(), snapshot);
            Set<ConversationKey> wanted = new LinkedHashSet<>(request.wanted());
            List<Head> heads = heads(request.uid(), snapshot);
            List<Behind> behind = new ArrayList<>();
            for (Head head : heads) {
                ConversationKey conversation = head.conversation;
                Long cursor = cursors.get(conversation.text());
                if (head.position <= base(request, conversation, cursor, device, 0) && !wanted.contains(conversation)) {
                    continue; // a floor only raises the base: most conversations need no further read
                }
                long floor = extent(conversation, snapshot).floor();
                long base = base(request, conversation, cursor, device, floor);
                if (wanted.remove(conversation) || head.position > base) {
                    behind.add(new Behind(conversation, head.position, base, floor));
                }
            }
            behind.sort(Comparator.comparingLong(Behind::head).reversed());
            if (request.groups()) {
                // Direct conversations before groups.
                behind.addAll(groupsBehind(request, cursors, device, wanted, snapshot));
            }
            for (ConversationKey empty : wanted) {
                behind.add(new Behind(empty, 0, base(request, empty, cursors.get(empty.text()), device, 0), 0));
            }
            return new Comparison(version(request.uid(), snapshot), asOfMs, behind);
        });
    }

    private List<Behind> groupsBehind(
            CompareRequest request,
            Map<String, Long> cursors,
            DeviceEntry device,
            Set<ConversationKey> wanted,
            Snapshot snapshot)
            throws RocksDBException {
        List<Behind> behind = new ArrayList<>();
        for (GroupReader.Seen seen : groups.seen(request.uid(), snapshot)) {
            ConversationKey conversation = seen.conversation();
            long base = base(request, conversation, cursors.get(conversation.text()), device, seen.floor());
            if (wanted.remove(conversation) || seen.head() > base) {
                behind.add(new Behind(conversation, seen.head(), base, seen.floor()));
            }
        }
        behind.sort(Comparator.comparingLong(Behind::head).reversed());
        return behind;
    }

    private long version(String uid, Snapshot snapshot) throws RocksDBException {
        try (ReadOptions options = new ReadOptions().setSnapshot(snapshot)) {
            return number(tables.db.get(tables.index, options, Keyspace.version(uid)));
        }
    }

    /** Of the uid's conversations, in the order of their names. */
    List<Head> heads(String uid, Snapshot snapshot) throws RocksDBException {
        List<Head> heads = new ArrayList<>();
        byte[] prefix = Keyspace.indexPrefix(uid);
        scan(tables.index, prefix, snapshot, (key, value) -> {
            if (key.length > prefix.length) {
                ConversationKey conversation = ConversationKey.parse(Keyspace.text(key, prefix.length, key.length));
                heads.add(new Head(conversation, Keyspace.number(value, 0)));
            }
        });
        return heads;
    }

    record Head(ConversationKey conversation, long position) {}

    private static long base(
            CompareRequest request,
            ConversationKey conversation,
            @Nullable Long cursor,
            DeviceEntry device,
            long floor) {
        Long known = request.known().get(conversation);
        if (known != null) {
            return known;
        }
        return cursor == null ? device.begin(floor) : Math.max(cursor, device.start());
    }

    DeviceEntry device(String uid, String device, Snapshot snapshot) throws RocksDBException {
        try (ReadOptions options = new ReadOptions().setSnapshot(snapshot)) {
            return DeviceEntry.decode(tables.db.get(tables.devices, options, Keyspace.device(uid, device)));
        }
    }

    private Map<String, Long> cursors(String uid, String device, Snapshot snapshot) throws RocksDBException {
        Map<String, Long> cursors = new HashMap<>();
        byte[] prefix = Keyspace.cursorPrefix(uid, device);
        scan(
                tables.cursors,
                prefix,
                snapshot,
                (key, value) -> cursors.put(Keyspace.text(key, prefix.length, key.length), Keyspace.number(value, 0)));
        return cursors;
    }

    void scan(ColumnFamilyHandle family, byte[] prefix, Snapshot snapshot, Entry entry) throws RocksDBException {
        try (Slice bound = new Slice(Keyspace.behind(prefix));
                ReadOptions options = new ReadOptions().setSnapshot(snapshot).setIterateUpperBound(bound);
                RocksIterator at = tables.db.newIterator(family, options)) {
            for (at.seek(prefix); at.isValid(); at.next()) {
                entry.take(at.key(), at.value());
            }
            at.status();
        }
    }

    <T> T snapshot(FromSnapshot<T> from) throws RocksDBException {
        Snapshot snapshot = tables.db.getSnapshot();
        try {
            return from.read(snapshot);
        } finally {
            tables.db.releaseSnapshot(snapshot);
        }
    }

    static long number(byte @Nullable [] stored) {
        return stored == null ? 0 : Keyspace.number(stored, 0);
    }
}
