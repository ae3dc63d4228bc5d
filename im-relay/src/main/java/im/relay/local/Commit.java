package im.relay.local;

import im.protocol.ConversationKey;
import im.protocol.codec.PlacedCodec;
import im.protocol.v1.Code;
import im.relay.AppendOutcome;
import im.relay.AppendRequest;
import im.relay.PlacedMessage;
import im.relay.SeededBug;
import im.relay.local.DedupeWindow.Seen;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
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
    private final Map<ConversationKey, Long> heads = new HashMap<>();
    private final Map<ByteBuffer, Seen> seen = new HashMap<>();
    private final Set<String> opened = new HashSet<>();

    /**
     * @param state where it starts; its position moves on with each message
     * @param holdNanos what was taken longer ago than this is not appended any more
     */
    Commit(LogState state, long holdNanos) {
        this.state = state;
        this.nowMs = state.clock.nowMs();
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
        Long here = heads.get(conversation);
        long prev = here != null ? here : state.head(conversation);
        long position = ++state.lastPosition;
        byte[] bytes = PlacedCodec.encode(position, prev, request.envelope());
        batch.put(state.tables.messages, Keyspace.message(conversation, position), bytes);
        heads.put(conversation, position);
        placed.add(new PlacedMessage(conversation, position, prev, bytes));
    }

    /** Whether the device is new. */
    boolean open(String uid, String device, boolean fromHeads) throws RocksDBException {
        byte[] key = Keyspace.device(uid, device);
        if (opened.contains(uid + '\0' + device) || state.tables.db.get(state.tables.devices, key) != null) {
            return false;
        }
        opened.add(uid + '\0' + device);
        batch.put(state.tables.devices, key, Keyspace.numbers(fromHeads ? state.lastPosition : 0, nowMs));
        return true;
    }

    /** Puts the largest of the raises for each cursor, where it is above the stored one. */
    void raise(List<Raise> raises) throws RocksDBException {
        Map<Raise.Key, Long> largest = new HashMap<>();
        for (Raise raise : raises) {
            largest.merge(raise.key(), raise.position(), Math::max);
        }
        for (Map.Entry<Raise.Key, Long> entry : largest.entrySet()) {
            Raise.Key cursor = entry.getKey();
            byte[] key = Keyspace.cursor(cursor.uid(), cursor.device(), cursor.conversation());
            byte[] stored = state.tables.db.get(state.tables.cursors, key);
            if (stored == null || Keyspace.number(stored, 0) < entry.getValue()) {
                batch.put(state.tables.cursors, key, Keyspace.number(entry.getValue()));
            }
        }
    }

    /** In the order of their positions. */
    List<PlacedMessage> placed() {
        return placed;
    }

    /** Returns when all of it is on disk; writes nothing if there is nothing. */
    void write(WriteOptions synced) throws RocksDBException {
        if (!SeededBug.INDEX_AFTER_BATCH.isActive()) {
            putIndex(batch);
        }
        if (batch.count() > 0) {
            batch.put(state.tables.meta, Keyspace.META_LAST, Keyspace.numbers(state.lastPosition, nowMs));
            state.tables.db.write(synced, batch);
        }
        state.remember(heads);
    }

    /** Only for {@link SeededBug#INDEX_AFTER_BATCH}. */
    void writeIndex(WriteOptions synced) throws RocksDBException {
        try (WriteBatch late = new WriteBatch()) {
            putIndex(late);
            state.tables.db.write(synced, late);
        }
    }

    private void putIndex(WriteBatch target) throws RocksDBException {
        for (Map.Entry<ConversationKey, Long> entry : heads.entrySet()) {
            ConversationKey conversation = entry.getKey();
            byte[] head = Keyspace.number(entry.getValue());
            target.put(state.tables.index, Keyspace.index(conversation.first(), conversation), head);
            if (!conversation.first().equals(conversation.second())) {
                target.put(state.tables.index, Keyspace.index(conversation.second(), conversation), head);
            }
        }
    }

    @Override
    public void close() {
        batch.close();
    }
}
