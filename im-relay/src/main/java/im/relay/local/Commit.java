package im.relay.local;

import im.protocol.ConversationKey;
import im.protocol.codec.PlacedCodec;
import im.protocol.v1.Code;
import im.relay.AppendOutcome;
import im.relay.AppendRequest;
import im.relay.CursorStore;
import im.relay.GroupPush;
import im.relay.PlacedMessage;
import im.relay.Receipt;
import im.relay.SeededBug;
import im.relay.local.DedupeWindow.Seen;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * One batch while it is built: what is in it already counts for what comes next, though no reader sees it before it is
 * synced. Writer thread only.
 */
final class Commit implements AutoCloseable {
    /** What a refusal for now tells the sender. */
    static final int RETRY_AFTER_MS = 1_000;

    private final LogState state;
    private final long nowMs;
    private final long oldestNanos;
    private final WriteBatch batch = new WriteBatch();
    private final List<PlacedMessage> placed = new ArrayList<>();
    private final Map<ConversationKey, Extent> extents = new HashMap<>();
    private final Map<String, Long> versions = new HashMap<>();
    private final Map<ReceiptKey, Long> receipts = new LinkedHashMap<>();
    private final Map<ByteBuffer, Seen> seen = new HashMap<>();
    private final Copies copies;
    private final Devices devices;
    private final GroupCommit groups;

    private record ReceiptKey(ConversationKey conversation, String uid, Receipt.Kind kind) {}

    /**
     * @param state where it starts; its position moves on with each message
     * @param holdNanos what was taken longer ago than this is not appended any more
     */
    Commit(LogState state, long holdNanos) {
        this.state = state;
        this.nowMs = state.clock.nowMs();
        this.copies = new Copies(state, placed, extents);
        this.devices = new Devices(state, batch, nowMs, copies);
        this.groups = new GroupCommit(state, batch, nowMs);
        state.trimmer.begin();
        state.recipients.begin();
        this.oldestNanos = state.clock.nanos() - holdNanos;
    }

    /** A sender may have given up what waited too long; to append it now would break its order. */
    boolean isTooLate(long takenNanos) {
        return takenNanos - oldestNanos < 0;
    }

    AppendOutcome append(AppendRequest request) throws RocksDBException {
        byte[] identity = Keyspace.identity(request.conversation(), request.sender(), request.messageId());
        Seen known = known(identity);
        if (known == null) {
            AppendOutcome.Refused refusal = request.conversation().isGroup() ? groups.judge(request) : null;
            if (refusal != null) {
                return refusal;
            }
            place(request);
            see(identity, new Seen(request.requestHash(), request.acceptedMs(), nowMs));
            return new AppendOutcome.Accepted(request.acceptedMs());
        }
        if (!Arrays.equals(known.hash(), request.requestHash())) {
            return new AppendOutcome.Refused(Code.CONFLICT, "another message has this id", 0);
        }
        see(identity, new Seen(known.hash(), known.acceptedMs(), nowMs));
        return new AppendOutcome.Accepted(known.acceptedMs());
    }

    private @Nullable Seen known(byte[] identity) throws RocksDBException {
        if (SeededBug.NO_DEDUPE_ON_RECONNECT.isActive()) {
            return null;
        }
        Seen here = seen.get(ByteBuffer.wrap(identity));
        return here != null ? here : state.dedupe.find(identity, nowMs);
    }

    private void see(byte[] identity, Seen value) throws RocksDBException {
        seen.put(ByteBuffer.wrap(identity), value);
        state.dedupe.put(identity, value, batch);
    }

    private void place(AppendRequest request) throws RocksDBException {
        ConversationKey conversation = request.conversation();
        Extent before = extent(conversation);
        long position = ++state.lastPosition;
        byte[] bytes = PlacedCodec.encode(position, before.head(), request.envelope());
        batch.put(state.tables.messages, Keyspace.message(conversation, position), bytes);
        extents.put(conversation, before.with(position, bytes.length));
        conversation.uids().forEach(uid -> versions.put(uid, position));
        PlacedMessage message = new PlacedMessage(conversation, position, before.head(), bytes);
        if (conversation.isGroup()) {
            groups.placed(message, request).forEach(uid -> versions.put(uid, position));
        } else {
            copies.accepted(message, request.sender());
        }
        placed.add(message);
    }

    private Extent extent(ConversationKey conversation) throws RocksDBException {
        Extent here = extents.get(conversation);
        return here != null ? here : state.extent(conversation);
    }

    Devices.Opened open(String uid, String device, CursorStore.Start start) throws RocksDBException {
        return devices.open(uid, device, start, state.lastPosition);
    }

    void touch(Intake.Touched device) throws RocksDBException {
        var unused = devices.touch(device.uid(), device.device());
    }

    void seen(Map<String, Long> uids) throws RocksDBException {
        for (Map.Entry<String, Long> uid : uids.entrySet()) {
            batch.put(state.tables.meta, Keyspace.seen(uid.getKey()), Keyspace.number(uid.getValue()));
        }
    }

    /** Puts the largest of the raises for each cursor and read position, where it is above the stored one. */
    void raise(List<Raise> raises) throws RocksDBException {
        Map<Raise.Key, Long> largest = new HashMap<>();
        for (Raise raise : raises) {
            largest.merge(raise.key(), raise.position(), Math::max);
        }
        for (Map.Entry<Raise.Key, Long> entry : largest.entrySet()) {
            Raise.Key key = entry.getKey();
            // Nobody can have seen what stands in this commit only.
            long position =
                    Math.min(entry.getValue(), state.extent(key.conversation()).head());
            if (key.isRead()) {
                raise(key, state.tables.reads, Keyspace.read(key.uid(), key.conversation()), position);
            } else if (devices.hasCursors(key.uid(), key.device())) {
                byte[] cursor = Keyspace.cursor(key.uid(), key.device(), key.conversation());
                raise(key, state.tables.cursors, cursor, position);
            }
        }
    }

    private void raise(Raise.Key raised, ColumnFamilyHandle table, byte[] key, long position) throws RocksDBException {
        long stored = StoreReader.number(state.tables.db.get(table, key));
        if (stored < position) {
            batch.put(table, key, Keyspace.number(position));
            if (!raised.isRead()) {
                copies.acknowledged(raised, key, stored, position);
            }
            Receipt.Kind kind = raised.isRead() ? Receipt.Kind.READ : Receipt.Kind.DELIVERED;
            receipts.merge(new ReceiptKey(raised.conversation(), raised.uid(), kind), position, Math::max);
        }
    }

    /** What the raises have changed. */
    List<Receipt> receipts() {
        List<Receipt> all = new ArrayList<>(receipts.size());
        receipts.forEach((key, position) -> all.add(new Receipt(key.conversation, key.uid, key.kind, position)));
        return all;
    }

    /** Trims the next conversations in the order of their names; at the last the next sweep begins anew. */
    void sweep(int conversations) throws RocksDBException {
        try (RocksIterator at = state.tables.db.newIterator(state.tables.conversations)) {
            at.seek(state.swept);
            for (int i = 0; i < conversations && at.isValid() && !state.trimmer.isSpent(); i++) {
                byte[] name = at.key();
                ConversationKey conversation = ConversationKey.parse(Keyspace.text(name, 0, name.length));
                Extent before = extent(conversation);
                if (before.messages() > 0) {
                    trim(conversation, before);
                }
                if (!state.trimmer.isSpent()) {
                    state.swept = Arrays.copyOf(name, name.length + 1);
                    at.next();
                }
            }
            at.status();
            if (!at.isValid()) {
                state.swept = new byte[0];
            }
        }
    }

    /** Forgets the groups that uids left long ago, of the next entries in their lists. */
    void sweepGroups(int entries) throws RocksDBException {
        new GroupSweep(state, batch, groups).sweep(entries, nowMs);
    }

    private void trim(ConversationKey conversation, Extent before) throws RocksDBException {
        Extent rest = state.trimmer.trim(conversation, before, nowMs, batch, copies.truncation(conversation));
        if (!rest.equals(before)) {
            extents.put(conversation, rest);
        }
    }

    /** In the order of their positions. */
    List<PlacedMessage> placed() {
        return placed;
    }

    /** What of it goes to groups, in the same order. */
    List<GroupPush> groupPushes() {
        return groups.pushes();
    }

    /** Returns when all of it is on disk; writes nothing if there is nothing. */
    void write(WriteOptions synced) throws RocksDBException {
        for (Map.Entry<ConversationKey, Extent> entry : List.copyOf(extents.entrySet())) {
            if (state.trimmer.exceeds(entry.getValue())) {
                trim(entry.getKey(), entry.getValue());
            }
        }
        if (!SeededBug.INDEX_AFTER_BATCH.isActive()) {
            putIndex(batch);
        }
        if (state.conservation.isChanged()) {
            batch.put(state.tables.meta, Keyspace.META_CONSERVATION, state.conservation.encode());
        }
        if (batch.count() > 0) {
            batch.put(state.tables.meta, Keyspace.META_LAST, Keyspace.numbers(state.lastPosition, nowMs));
            state.tables.db.write(synced, batch);
        }
        state.remember(extents);
        state.conservation.settle();
    }

    /** Only for {@link SeededBug#INDEX_AFTER_BATCH}. */
    void writeIndex(WriteOptions synced) throws RocksDBException {
        try (WriteBatch late = new WriteBatch()) {
            putIndex(late);
            state.tables.db.write(synced, late);
        }
    }

    private void putIndex(WriteBatch target) throws RocksDBException {
        for (Map.Entry<ConversationKey, Extent> entry : extents.entrySet()) {
            ConversationKey conversation = entry.getKey();
            byte[] head = Keyspace.number(entry.getValue().head());
            target.put(
                    state.tables.conversations,
                    Keyspace.conversation(conversation),
                    entry.getValue().encode());
            for (String uid : conversation.uids()) {
                target.put(state.tables.index, Keyspace.index(uid, conversation), head);
            }
        }
        for (Map.Entry<String, Long> entry : versions.entrySet()) {
            target.put(state.tables.index, Keyspace.version(entry.getKey()), Keyspace.number(entry.getValue()));
        }
    }

    @Override
    public void close() {
        batch.close();
    }
}
