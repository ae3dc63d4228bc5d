package im.relay.local;

import im.protocol.ConversationKey;
import im.protocol.codec.PlacedCodec;
import im.relay.ConversationStore.Page;
import im.relay.GroupStore.Mark;
import im.relay.GroupStore.Member;
import im.relay.GroupStore.Members;
import im.relay.GroupStore.Standing;
import im.relay.PlacedMessage;
import im.relay.group.GroupState;
import im.relay.group.Interval;
import im.relay.group.Intervals;
import im.relay.group.Membership;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Snapshot;

/** Reads groups, each time from one snapshot, and of their messages what a uid may (D15). Blocks; safe from any thread. */
final class GroupReader {
    private final Tables tables;
    private final StoreReader reader;

    GroupReader(Tables tables, StoreReader reader) {
        this.tables = tables;
        this.reader = reader;
    }

    /** Where what the uid is to any group has changed last. */
    long version(String uid) throws RocksDBException {
        byte[] counted = tables.db.get(tables.joined, Keyspace.joined(uid, ""));
        return counted == null ? 0 : Keyspace.number(counted, 16);
    }

    List<Standing> groupsOf(String uid) throws RocksDBException {
        return reader.snapshot(snapshot -> groupsOf(uid, snapshot));
    }

    int[] counts(List<String> uids) throws RocksDBException {
        return reader.snapshot(snapshot -> {
            int[] counts = new int[uids.size()];
            for (int i = 0; i < counts.length; i++) {
                counts[i] = groupsOf(uids.get(i), snapshot).size();
            }
            return counts;
        });
    }

    private List<Standing> groupsOf(String uid, Snapshot snapshot) throws RocksDBException {
        List<Standing> all = new ArrayList<>();
        for (String group : joined(uid, snapshot)) {
            Standing standing = standing(group, uid, snapshot);
            if (standing.isMember()) {
                all.add(standing);
            }
        }
        return all;
    }

    List<Standing> standings(String group, List<String> uids) throws RocksDBException {
        return reader.snapshot(snapshot -> {
            GroupState state = state(group, snapshot);
            long head = reader.extent(ConversationKey.group(group), snapshot).head();
            List<Standing> all = new ArrayList<>(uids.size());
            try (ReadOptions options = new ReadOptions().setSnapshot(snapshot)) {
                for (String uid : uids) {
                    byte[] own = tables.db.get(tables.members, options, Keyspace.member(group, uid));
                    all.add(Standing.of(group, uid, state, GroupRecords.membership(own), head));
                }
            }
            return all;
        });
    }

    Standing standing(String group, String uid, Snapshot snapshot) throws RocksDBException {
        return Standing.of(
                group,
                uid,
                state(group, snapshot),
                membership(group, uid, snapshot),
                reader.extent(ConversationKey.group(group), snapshot).head());
    }

    Members members(String group, String after, int limit) throws RocksDBException {
        return reader.snapshot(snapshot -> {
            List<Member> members = new ArrayList<>();
            if (!state(group, snapshot).isOpen()) {
                return new Members(members, false);
            }
            byte[] prefix = Keyspace.member(group, "");
            try (Slice bound = new Slice(Keyspace.behind(prefix));
                    ReadOptions options =
                            new ReadOptions().setSnapshot(snapshot).setIterateUpperBound(bound);
                    RocksIterator at = tables.db.newIterator(tables.members, options)) {
                for (at.seek(Keyspace.member(group, after)); at.isValid(); at.next()) {
                    String uid = Keyspace.text(at.key(), prefix.length, at.key().length);
                    Membership one = GroupRecords.membership(at.value());
                    if (!one.isMember() || uid.equals(after)) {
                        continue;
                    }
                    if (members.size() == limit) {
                        return new Members(members, true);
                    }
                    members.add(new Member(uid, one.role(), one.joined()));
                }
                at.status();
            }
            return new Members(members, false);
        });
    }

    List<Mark> marks(List<String> groups) throws RocksDBException {
        return reader.snapshot(snapshot -> {
            List<Mark> marks = new ArrayList<>(groups.size());
            for (String group : groups) {
                long head =
                        reader.extent(ConversationKey.group(group), snapshot).head();
                marks.add(new Mark(head, state(group, snapshot).changedAt()));
            }
            return marks;
        });
    }

    /**
     * What a uid may know of one of its groups, present or past.
     *
     * @param head of what it may read
     * @param floor as in {@link Page}, for this uid
     */
    record Seen(ConversationKey conversation, Intervals intervals, Extent extent, long head, long floor) {}

    /** Every group that the uid is or was in, as far as anything may be read there. */
    List<Seen> seen(String uid, Snapshot snapshot) throws RocksDBException {
        List<Seen> all = new ArrayList<>();
        for (String group : joined(uid, snapshot)) {
            all.add(seen(group, uid, snapshot));
        }
        return all;
    }

    Seen seen(String group, String uid, Snapshot snapshot) throws RocksDBException {
        ConversationKey conversation = ConversationKey.group(group);
        Intervals intervals = membership(group, uid, snapshot)
                .intervals(state(group, snapshot).dissolvedAt());
        Extent extent = reader.extent(conversation, snapshot);
        return new Seen(
                conversation, intervals, extent, intervals.atOrBelow(extent.head()), intervals.floor(extent.floor()));
    }

    Page page(String group, String uid, long after, int maxMessages, int maxBytes) throws RocksDBException {
        return reader.snapshot(snapshot -> {
            Seen seen = seen(group, uid, snapshot);
            Filling filling = new Filling(maxMessages, maxBytes);
            boolean more = false;
            for (Interval one : seen.intervals.all()) {
                if (!more && one.left() > Math.max(after, seen.extent.floor())) {
                    more = forwards(seen, one, Math.max(after, seen.extent.floor()) + 1, snapshot, filling);
                }
            }
            List<PlacedMessage> messages = filling.messages;
            long complete = more ? messages.get(messages.size() - 1).position() : Math.max(after, seen.head);
            return new Page(messages, more, seen.head, complete, seen.floor, firstHeld(seen, snapshot));
        });
    }

    Page pageBefore(String group, String uid, long before, int maxMessages, int maxBytes) throws RocksDBException {
        return reader.snapshot(snapshot -> {
            Seen seen = seen(group, uid, snapshot);
            Filling filling = new Filling(maxMessages, maxBytes);
            List<Interval> all = seen.intervals.all();
            boolean more = false;
            for (int i = all.size() - 1; i >= 0 && !more; i--) {
                more = backwards(seen, all.get(i), before, snapshot, filling);
            }
            Collections.reverse(filling.messages);
            long complete = Math.min(Math.max(before - 1, 0), seen.head);
            return new Page(filling.messages, more, seen.head, complete, seen.floor, firstHeld(seen, snapshot));
        });
    }

    /** Takes messages one after the other. */
    interface Taker {
        /** False if it takes no more, this one neither. */
        boolean take(PlacedMessage message);
    }

    /** Hands over what the uid may read above a position, oldest first. */
    void above(Seen seen, long position, Snapshot snapshot, Taker taker) throws RocksDBException {
        long from = Math.max(position, seen.extent.floor());
        boolean full = false;
        for (Interval one : seen.intervals.all()) {
            full = full || (one.left() > from && forwards(seen, one, from + 1, snapshot, taker));
        }
    }

    /** The message at {@link Seen#head}, or null when it is held no more. */
    @Nullable PlacedMessage last(Seen seen, Snapshot snapshot) throws RocksDBException {
        Filling last = new Filling(1, 1);
        above(seen, seen.head - 1, snapshot, last);
        return last.messages.isEmpty() ? null : last.messages.get(0);
    }

    /** One page on its way. */
    private static final class Filling implements Taker {
        final List<PlacedMessage> messages = new ArrayList<>();
        private final int maxMessages;
        private final int maxBytes;
        private long bytes;

        Filling(int maxMessages, int maxBytes) {
            this.maxMessages = Math.max(maxMessages, 1);
            this.maxBytes = maxBytes;
        }

        @Override
        public boolean take(PlacedMessage message) {
            bytes += message.placed().length;
            if (messages.size() >= maxMessages || (!messages.isEmpty() && bytes > maxBytes)) {
                return false;
            }
            messages.add(message);
            return true;
        }
    }

    /** Whether the page is full, and more follows. */
    private boolean forwards(Seen seen, Interval one, long first, Snapshot snapshot, Taker taker)
            throws RocksDBException {
        byte[] start = Keyspace.message(seen.conversation, Math.max(first, one.joined()));
        try (Slice bound = new Slice(behind(seen.conversation, one.left()));
                ReadOptions options = new ReadOptions().setSnapshot(snapshot).setIterateUpperBound(bound);
                RocksIterator at = tables.db.newIterator(tables.messages, options)) {
            for (at.seek(start); at.isValid(); at.next()) {
                if (!taker.take(message(seen, one, at))) {
                    return true;
                }
            }
            at.status();
            return false;
        }
    }

    private boolean backwards(Seen seen, Interval one, long before, Snapshot snapshot, Taker taker)
            throws RocksDBException {
        long last = Math.min(before - 1, one.left());
        long first = Math.max(one.joined(), seen.extent.floor() + 1);
        if (last < first) {
            return false;
        }
        try (Slice bound = new Slice(Keyspace.message(seen.conversation, first));
                ReadOptions options = new ReadOptions().setSnapshot(snapshot).setIterateLowerBound(bound);
                RocksIterator at = tables.db.newIterator(tables.messages, options)) {
            for (at.seekForPrev(Keyspace.message(seen.conversation, last)); at.isValid(); at.prev()) {
                if (!taker.take(message(seen, one, at))) {
                    return true;
                }
            }
            at.status();
            return false;
        }
    }

    private static byte[] behind(ConversationKey conversation, long last) {
        return last == Long.MAX_VALUE
                ? Keyspace.behind(Keyspace.messagePrefix(conversation))
                : Keyspace.message(conversation, last + 1);
    }

    /** To the reader of a stretch, what stood before it is what the stretch before ended with. */
    private static PlacedMessage message(Seen seen, Interval one, RocksIterator at) {
        byte[] placed = at.value();
        long prev = PlacedCodec.prev(placed);
        if (prev < one.joined()) {
            prev = seen.intervals.endBefore(one);
            placed = PlacedCodec.withPrev(placed, prev);
        }
        return new PlacedMessage(seen.conversation, Keyspace.messagePosition(at.key()), prev, placed);
    }

    long firstHeld(Seen seen, Snapshot snapshot) throws RocksDBException {
        Filling first = new Filling(1, 1);
        for (Interval one : seen.intervals.all()) {
            if (first.messages.isEmpty() && one.left() > seen.extent.floor()) {
                boolean unused = forwards(seen, one, seen.extent.floor() + 1, snapshot, first);
            }
        }
        return first.messages.isEmpty() ? 0 : first.messages.get(0).position();
    }

    private List<String> joined(String uid, Snapshot snapshot) throws RocksDBException {
        List<String> groups = new ArrayList<>();
        byte[] prefix = Keyspace.joined(uid, "");
        reader.scan(tables.joined, prefix, snapshot, (key, value) -> {
            if (key.length > prefix.length) {
                groups.add(Keyspace.text(key, prefix.length, key.length));
            }
        });
        return groups;
    }

    private GroupState state(String group, Snapshot snapshot) throws RocksDBException {
        return GroupRecords.group(get(tables.groups, Keyspace.ascii(group), snapshot));
    }

    private Membership membership(String group, String uid, Snapshot snapshot) throws RocksDBException {
        return GroupRecords.membership(get(tables.members, Keyspace.member(group, uid), snapshot));
    }

    private byte @Nullable [] get(ColumnFamilyHandle table, byte[] key, Snapshot snapshot) throws RocksDBException {
        try (ReadOptions options = new ReadOptions().setSnapshot(snapshot)) {
            return tables.db.get(table, options, key);
        }
    }
}
