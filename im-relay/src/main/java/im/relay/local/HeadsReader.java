package im.relay.local;

import im.protocol.ConversationKey;
import im.protocol.codec.PlacedCodec;
import im.relay.ConversationStore.ConversationHead;
import im.relay.ConversationStore.HeadsRead;
import im.relay.ConversationStore.HeadsRequest;
import im.relay.GroupStore;
import im.relay.GroupStore.Reached;
import im.relay.PlacedMessage;
import im.relay.local.StoreReader.Head;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Snapshot;

/** Reads the list of a uid's conversations, from one snapshot. Blocks; safe from any thread. */
final class HeadsReader {
    private static final int MAX_UNREAD = 1_000;

    /** Bytes of messages that are read for one page, a conversation of more apart; what is left goes into the next. */
    static final long PAGE_BYTES = 8 << 20;

    private final Tables tables;
    private final StoreReader reader;

    HeadsReader(Tables tables, StoreReader reader) {
        this.tables = tables;
        this.reader = reader;
    }

    HeadsRead read(HeadsRequest request) throws RocksDBException {
        return reader.snapshot(snapshot -> {
            List<Listed> heads = new ArrayList<>();
            reader.heads(request.uid(), snapshot).forEach(head -> heads.add(new Listed(head, null)));
            if (request.groups()) {
                reader.groups
                        .seen(request.uid(), snapshot)
                        .forEach(seen -> heads.add(new Listed(new Head(seen.conversation(), seen.head()), seen)));
            }
            heads.removeIf(listed -> listed.position() >= request.below() || listed.position() == 0);
            heads.sort(Comparator.comparingLong(Listed::position).reversed());
            int limit = Math.min(heads.size(), request.limit());
            List<ConversationHead> read = new ArrayList<>(limit);
            Budget budget = new Budget();
            while (read.size() < limit && budget.bytes > 0) {
                Listed next = heads.get(read.size());
                GroupReader.Seen group = next.group;
                read.add(
                        group == null
                                ? describe(request, next.head, snapshot, budget)
                                : describe(request, group, snapshot, budget));
            }
            return new HeadsRead(read, read.size() < heads.size());
        });
    }

    /** @param group null for a direct conversation */
    private record Listed(Head head, GroupReader.@Nullable Seen group) {
        long position() {
            return head.position();
        }
    }

    private ConversationHead describe(HeadsRequest request, GroupReader.Seen seen, Snapshot snapshot, Budget budget)
            throws RocksDBException {
        ConversationKey conversation = seen.conversation();
        String uid = request.uid();
        long read = number(tables.reads, Keyspace.read(uid, conversation), snapshot);
        PlacedMessage last = reader.groups.last(seen, snapshot);
        budget.bytes -= last == null ? 0 : last.placed().length;
        return new ConversationHead(
                conversation,
                seen.head(),
                reader.groups.firstHeld(seen, snapshot),
                number(tables.cursors, Keyspace.cursor(uid, request.device(), conversation), snapshot),
                read,
                unread(seen, uid, read, snapshot, budget),
                last,
                0,
                0,
                seen.head(),
                reader.groups.standing(conversation.group(), uid, snapshot));
    }

    private int unread(GroupReader.Seen seen, String uid, long read, Snapshot snapshot, Budget budget)
            throws RocksDBException {
        int[] left = {GroupStore.MAX_UNREAD_SEEN};
        int[] unread = {0};
        reader.groups.above(seen, read, snapshot, message -> {
            if (left[0]-- == 0 || unread[0] == GroupStore.MAX_UNREAD) {
                return false;
            }
            budget.bytes -= message.placed().length;
            unread[0] += PlacedCodec.origin(message.placed()).sender().equals(uid) ? 0 : 1;
            return true;
        });
        return unread[0];
    }

    /** How far each of the uids has a group. */
    List<Reached> reached(String group, List<String> uids) throws RocksDBException {
        ConversationKey conversation = ConversationKey.group(group);
        return reader.snapshot(snapshot -> {
            List<Reached> all = new ArrayList<>(uids.size());
            for (String uid : uids) {
                all.add(new Reached(
                        uid,
                        delivered(conversation, uid, snapshot),
                        number(tables.reads, Keyspace.read(uid, conversation), snapshot)));
            }
            return all;
        });
    }

    /** What one page may still read. */
    private static final class Budget {
        long bytes = PAGE_BYTES;
    }

    private ConversationHead describe(HeadsRequest request, Head head, Snapshot snapshot, Budget budget)
            throws RocksDBException {
        ConversationKey conversation = head.conversation();
        String uid = request.uid();
        String peer = conversation.peerOf(uid);
        boolean alone = peer.equals(uid);
        Extent extent = reader.extent(conversation, snapshot);
        long read = number(tables.reads, Keyspace.read(uid, conversation), snapshot);
        return new ConversationHead(
                conversation,
                head.position(),
                reader.firstHeld(conversation, extent, snapshot),
                number(tables.cursors, Keyspace.cursor(uid, request.device(), conversation), snapshot),
                read,
                alone ? 0 : unread(conversation, uid, Math.max(read, extent.floor()), snapshot, budget),
                last(conversation, head.position(), snapshot, budget),
                alone ? 0 : delivered(conversation, peer, snapshot),
                alone ? 0 : number(tables.reads, Keyspace.read(peer, conversation), snapshot),
                head.position(),
                null);
    }

    private int unread(ConversationKey conversation, String uid, long after, Snapshot snapshot, Budget budget)
            throws RocksDBException {
        int unread = 0;
        byte[] end = Keyspace.behind(Keyspace.messagePrefix(conversation));
        try (Slice bound = new Slice(end);
                ReadOptions options = new ReadOptions().setSnapshot(snapshot).setIterateUpperBound(bound);
                RocksIterator at = tables.db.newIterator(tables.messages, options)) {
            for (at.seek(Keyspace.message(conversation, after + 1)); at.isValid() && unread < MAX_UNREAD; at.next()) {
                byte[] placed = at.value();
                budget.bytes -= placed.length;
                if (!PlacedCodec.origin(placed).sender().equals(uid)) {
                    unread++;
                }
            }
            at.status();
            return unread;
        }
    }

    private @Nullable PlacedMessage last(ConversationKey conversation, long position, Snapshot snapshot, Budget budget)
            throws RocksDBException {
        try (ReadOptions options = new ReadOptions().setSnapshot(snapshot)) {
            byte[] placed = tables.db.get(tables.messages, options, Keyspace.message(conversation, position));
            budget.bytes -= placed == null ? 0 : placed.length;
            return placed == null ? null : new PlacedMessage(conversation, position, PlacedCodec.prev(placed), placed);
        }
    }

    private long delivered(ConversationKey conversation, String peer, Snapshot snapshot) throws RocksDBException {
        List<String> devices = new ArrayList<>();
        byte[] prefix = Keyspace.devicePrefix(peer);
        reader.scan(
                tables.devices,
                prefix,
                snapshot,
                (key, value) -> devices.add(Keyspace.text(key, prefix.length, key.length)));
        long delivered = 0;
        for (String device : devices) {
            byte[] cursor = Keyspace.cursor(peer, device, conversation);
            delivered = Math.max(delivered, number(tables.cursors, cursor, snapshot));
        }
        return delivered;
    }

    private long number(ColumnFamilyHandle table, byte[] key, Snapshot snapshot) throws RocksDBException {
        try (ReadOptions options = new ReadOptions().setSnapshot(snapshot)) {
            return StoreReader.number(tables.db.get(table, options, key));
        }
    }
}
