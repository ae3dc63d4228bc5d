package im.relay.local;

import im.protocol.ConversationKey;
import im.protocol.codec.PlacedCodec;
import im.relay.ConversationStore.Behind;
import im.relay.ConversationStore.CompareRequest;
import im.relay.ConversationStore.Comparison;
import im.relay.ConversationStore.Page;
import im.relay.PlacedMessage;
import java.util.ArrayList;
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
    private interface Entry {
        void take(byte[] key, byte[] value);
    }

    private interface FromSnapshot<T> {
        T read(Snapshot snapshot) throws RocksDBException;
    }

    private final Tables tables;

    StoreReader(Tables tables) {
        this.tables = tables;
    }

    long head(ConversationKey conversation) throws RocksDBException {
        return number(tables.db.get(tables.index, Keyspace.head(conversation)));
    }

    Page page(ConversationKey conversation, long after, int maxMessages, int maxBytes) throws RocksDBException {
        long from = Math.max(after, 0);
        return snapshot(snapshot -> {
            try (ReadOptions options = new ReadOptions().setSnapshot(snapshot)) {
                long head = number(tables.db.get(tables.index, options, Keyspace.head(conversation)));
                List<PlacedMessage> messages = new ArrayList<>();
                boolean more = from < Long.MAX_VALUE
                        && read(conversation, from + 1, maxMessages, maxBytes, snapshot, messages);
                long complete = more ? messages.get(messages.size() - 1).position() : Math.max(from, head);
                return new Page(messages, more, head, complete, 0, 0);
            }
        });
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
        return snapshot(snapshot -> {
            long start = start(request, snapshot);
            Map<String, Long> cursors = request.complete() ? Map.of() : cursors(request, snapshot);
            Set<ConversationKey> wanted = new LinkedHashSet<>(request.wanted());
            List<Behind> behind = new ArrayList<>();
            long[] version = new long[1];
            byte[] prefix = Keyspace.indexPrefix(request.uid());
            scan(tables.index, prefix, snapshot, (key, value) -> {
                String text = Keyspace.text(key, prefix.length, key.length);
                ConversationKey conversation = ConversationKey.parse(text);
                long head = Keyspace.number(value, 0);
                version[0] = Math.max(version[0], head);
                long base = base(request, conversation, cursors.get(text), start);
                if (wanted.remove(conversation) || head > base) {
                    behind.add(new Behind(conversation, head, base, 0));
                }
            });
            for (ConversationKey empty : wanted) {
                behind.add(new Behind(empty, 0, base(request, empty, cursors.get(empty.text()), start), 0));
            }
            behind.sort(Comparator.comparingLong(Behind::head).reversed());
            return new Comparison(version[0], System.currentTimeMillis(), behind);
        });
    }

    private static long base(CompareRequest request, ConversationKey conversation, @Nullable Long cursor, long start) {
        Long known = request.known().get(conversation);
        if (known != null) {
            return known;
        }
        return cursor == null ? start : Math.max(cursor, start);
    }

    /** Where the device starts; one that was never opened starts at the first message. */
    private long start(CompareRequest request, Snapshot snapshot) throws RocksDBException {
        try (ReadOptions options = new ReadOptions().setSnapshot(snapshot)) {
            return number(tables.db.get(tables.devices, options, Keyspace.device(request.uid(), request.device())));
        }
    }

    private Map<String, Long> cursors(CompareRequest request, Snapshot snapshot) throws RocksDBException {
        Map<String, Long> cursors = new HashMap<>();
        byte[] prefix = Keyspace.cursorPrefix(request.uid(), request.device());
        scan(
                tables.cursors,
                prefix,
                snapshot,
                (key, value) -> cursors.put(Keyspace.text(key, prefix.length, key.length), Keyspace.number(value, 0)));
        return cursors;
    }

    private void scan(ColumnFamilyHandle family, byte[] prefix, Snapshot snapshot, Entry entry)
            throws RocksDBException {
        try (Slice bound = new Slice(Keyspace.behind(prefix));
                ReadOptions options = new ReadOptions().setSnapshot(snapshot).setIterateUpperBound(bound);
                RocksIterator at = tables.db.newIterator(family, options)) {
            for (at.seek(prefix); at.isValid(); at.next()) {
                entry.take(at.key(), at.value());
            }
            at.status();
        }
    }

    private <T> T snapshot(FromSnapshot<T> from) throws RocksDBException {
        Snapshot snapshot = tables.db.getSnapshot();
        try {
            return from.read(snapshot);
        } finally {
            tables.db.releaseSnapshot(snapshot);
        }
    }

    private static long number(byte @Nullable [] stored) {
        return stored == null ? 0 : Keyspace.number(stored, 0);
    }
}
