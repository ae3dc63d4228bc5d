package im.relay.local;

import im.protocol.ConversationKey;
import im.protocol.codec.PlacedCodec;
import im.relay.PlacedMessage;
import im.relay.local.Conservation.Fate;
import im.relay.local.Conservation.Kind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/**
 * Counts what one commit does to the copies that devices are owed. Each copy is counted twice: when it is placed,
 * and when it is acknowledged, dropped or written off. Writer thread only.
 */
final class Copies {
    /** Conversations and messages that are looked at for the devices that one commit forgets, those of its last apart. */
    static final int MAX_COUNTED = 4_096;

    private final LogState state;
    private final Tables tables;
    private final Recipients recipients;
    private final RecentSenders recent;
    private final Conservation conservation;
    private final List<PlacedMessage> placed;
    private final Map<ConversationKey, Extent> extents;
    private final Map<ByteBuffer, Long> raised = new HashMap<>();
    private int counted;

    /**
     * @param placed what the commit has placed until now
     * @param extents what it has changed until now
     */
    Copies(LogState state, List<PlacedMessage> placed, Map<ConversationKey, Extent> extents) {
        this.state = state;
        this.tables = state.tables;
        this.recipients = state.recipients;
        this.recent = state.recentSenders;
        this.conservation = state.conservation;
        this.placed = placed;
        this.extents = extents;
    }

    void accepted(PlacedMessage message, String sender) throws RocksDBException {
        ConversationKey conversation = message.conversation();
        recent.placed(conversation, message.prev(), message.position(), sender);
        for (String uid : conversation.uids()) {
            conservation.add(
                    kind(uid, sender), Fate.ACCEPTED, recipients.of(uid).size());
        }
    }

    /** A device's cursor is raised. */
    void acknowledged(Raise.Key key, byte[] cursor, long before, long position) throws RocksDBException {
        if (key.conversation().isGroup()) {
            return;
        }
        raised.put(ByteBuffer.wrap(cursor), position);
        Long owedFrom = recipients.of(key.uid()).get(key.device());
        if (owedFrom != null && key.conversation().includes(key.uid())) {
            long after = Math.max(before, Math.max(owedFrom, floor(key.conversation())));
            count(key.conversation(), key.uid(), after, position, Fate.ACKNOWLEDGED);
        }
    }

    /** Whether the devices that this commit forgets have cost enough: everybody's messages wait behind them. */
    boolean isSpent() {
        return counted >= MAX_COUNTED;
    }

    /** A device is about to be forgotten, with its cursors. */
    void writtenOff(String uid, String device) throws RocksDBException {
        long owedFrom = recipients.of(uid).getOrDefault(device, Long.MAX_VALUE);
        if (StoreReader.number(tables.db.get(tables.index, Keyspace.version(uid))) > owedFrom) {
            writeOffStored(uid, device, owedFrom);
        }
        for (PlacedMessage message : placed) {
            if (message.conversation().includes(uid) && message.position() > owedFrom) {
                conservation.add(kind(uid, sender(message.placed())), Fate.WRITTEN_OFF, 1);
            }
        }
    }

    private void writeOffStored(String uid, String device, long owedFrom) throws RocksDBException {
        byte[] prefix = Keyspace.indexPrefix(uid);
        try (Slice bound = new Slice(Keyspace.behind(prefix));
                ReadOptions options = new ReadOptions().setIterateUpperBound(bound);
                RocksIterator at = tables.db.newIterator(tables.index, options)) {
            for (at.seek(prefix); at.isValid(); at.next()) {
                counted++;
                long head = Keyspace.number(at.value(), 0);
                if (head > owedFrom && at.key().length > prefix.length) {
                    String name = Keyspace.text(at.key(), prefix.length, at.key().length);
                    writeOff(ConversationKey.parse(name), uid, device, owedFrom, head);
                }
            }
            at.status();
        }
    }

    private void writeOff(ConversationKey conversation, String uid, String device, long owedFrom, long head)
            throws RocksDBException {
        long cursor = cursor(uid, device, conversation);
        long after = Math.max(cursor, Math.max(owedFrom, floor(conversation)));
        count(conversation, uid, after, head, Fate.WRITTEN_OFF);
    }

    /** What was dropped is counted as that, also by this commit, though the database still shows it. */
    private long floor(ConversationKey conversation) throws RocksDBException {
        Extent changed = extents.get(conversation);
        return changed == null ? state.extent(conversation).floor() : changed.floor();
    }

    /** Of the messages in (after, last] that were there before this commit. */
    private void count(ConversationKey conversation, String uid, long after, long last, Fate fate)
            throws RocksDBException {
        if (after >= last) {
            return;
        }
        RecentSenders.Count known = recent.count(conversation, uid, after, last);
        if (known != null) {
            conservation.add(Kind.OTHERS, fate, known.others());
            conservation.add(Kind.OWN, fate, known.own());
            return;
        }
        try (Slice bound = new Slice(Keyspace.message(conversation, last + 1));
                ReadOptions options = new ReadOptions().setIterateUpperBound(bound);
                RocksIterator at = tables.db.newIterator(tables.messages, options)) {
            for (at.seek(Keyspace.message(conversation, after + 1)); at.isValid(); at.next()) {
                counted++;
                conservation.add(kind(uid, sender(at.value())), fate, 1);
            }
            at.status();
        }
    }

    /** To be told what retention drops of a conversation. */
    Trimmer.Dropped truncation(ConversationKey conversation) {
        return new Truncation(conversation);
    }

    private static Kind kind(String uid, String sender) {
        return uid.equals(sender) ? Kind.OWN : Kind.OTHERS;
    }

    private static String sender(byte[] placed) {
        return PlacedCodec.origin(placed).sender();
    }

    private long cursor(String uid, String device, ConversationKey conversation) throws RocksDBException {
        byte[] key = Keyspace.cursor(uid, device, conversation);
        Long here = raised.get(ByteBuffer.wrap(key));
        return here != null ? here : StoreReader.number(tables.db.get(tables.cursors, key));
    }

    /** @param has up to where it has acknowledged, or is owed nothing */
    private record Owner(String uid, long has) {}

    private final class Truncation implements Trimmer.Dropped {
        private final ConversationKey conversation;
        private @Nullable List<Owner> owners;

        Truncation(ConversationKey conversation) {
            this.conversation = conversation;
        }

        @Override
        public void take(long position, byte[] message) throws RocksDBException {
            if (owners == null) {
                owners = owners();
            }
            for (Owner owner : owners) {
                if (position > owner.has()) {
                    conservation.add(kind(owner.uid(), sender(message)), Fate.TRUNCATED, 1);
                }
            }
        }

        private List<Owner> owners() throws RocksDBException {
            List<Owner> all = new ArrayList<>();
            for (String uid : conversation.uids()) {
                for (Map.Entry<String, Long> device : recipients.of(uid).entrySet()) {
                    long cursor = cursor(uid, device.getKey(), conversation);
                    all.add(new Owner(uid, Math.max(device.getValue(), cursor)));
                }
            }
            return all;
        }
    }
}
