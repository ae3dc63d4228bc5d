package im.relay.local;

import im.protocol.codec.EnvelopeCodec;
import im.protocol.v1.Code;
import im.protocol.v1.MembershipChange;
import im.protocol.v1.MembershipChange.Role;
import im.relay.AppendOutcome.Refused;
import im.relay.AppendRequest;
import im.relay.GroupPush;
import im.relay.PlacedMessage;
import im.relay.group.GroupAuthority;
import im.relay.group.GroupState;
import im.relay.group.GroupTerms;
import im.relay.group.Membership;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.WriteBatch;

/**
 * Groups in one commit: whether a message may stand there (D14), and what it changes, which counts for what comes next
 * in the same commit. Writer thread only.
 */
final class GroupCommit {
    /** Uids whose groups one commit counts anew: everybody's messages wait behind them. */
    private static final int MAX_RECOUNTS = 4;

    private final LogState state;
    private final Tables tables;
    private final GroupTerms terms;
    private final WriteBatch batch;
    private final long nowMs;
    private final Map<String, GroupState> groups = new HashMap<>();
    private final Map<Key, Membership> members = new HashMap<>();
    private final Map<String, Count> counts = new HashMap<>();
    private final Set<Key> changed = new HashSet<>();
    private final Set<String> toRecount = new HashSet<>();
    private final List<GroupPush> pushes = new ArrayList<>();

    private int recounts;
    private boolean uncounted;

    private record Key(String group, String uid) {}

    /**
     * @param exactAt it is right but for groups that were dissolved behind this position
     * @param changedAt where what the uid is to any group has changed last
     */
    private record Count(int groups, long exactAt, long changedAt) {}

    GroupCommit(LogState state, WriteBatch batch, long nowMs) {
        this.state = state;
        this.tables = state.tables;
        this.terms = state.groupTerms;
        this.batch = batch;
        this.nowMs = nowMs;
    }

    /** Null when it may be placed. Not asked for a retry: what was accepted once stays accepted. */
    @Nullable Refused judge(AppendRequest request) throws RocksDBException {
        String group = request.conversation().group();
        MembershipChange change = EnvelopeCodec.membership(request.envelope());
        try {
            uncounted = false;
            GroupState state = group(group);
            Function<String, Membership> lookup = uid -> member(group, uid);
            GroupAuthority.Refusal refusal = request.byServer()
                    ? GroupAuthority.judgeServer(state, request.sender(), change, lookup, this::groupsOf, terms)
                    : GroupAuthority.judge(state, request.sender(), change, lookup, this::groupsOf, terms);
            if (refusal != null && refusal.code() == Code.TOO_LARGE && uncounted) {
                return new Refused(Code.UNAVAILABLE, "groups are counted anew", Commit.RETRY_AFTER_MS);
            }
            return refusal == null ? null : new Refused(refusal.code(), refusal.text(), 0);
        } catch (Unreadable e) {
            throw e.why;
        }
    }

    /**
     * Takes a message that was placed into a group.
     *
     * @return the uids whose indexes it changes
     */
    List<String> placed(PlacedMessage message, AppendRequest request) throws RocksDBException {
        String group = request.conversation().group();
        MembershipChange change = EnvelopeCodec.membership(request.envelope());
        try {
            GroupState before = group(group);
            if (change == null) {
                pushes.add(new GroupPush(message, before.changedAt(), null));
                return List.of();
            }
            GroupState.Effect effect =
                    before.apply(request.sender(), change, message.position(), uid -> member(group, uid));
            if (effect.isNone(before)) {
                pushes.add(new GroupPush(message, before.changedAt(), null));
                return List.of();
            }
            return put(group, before, effect, message);
        } catch (Unreadable e) {
            throw e.why;
        }
    }

    private List<String> put(String group, GroupState before, GroupState.Effect effect, PlacedMessage message)
            throws RocksDBException {
        groups.put(group, effect.state());
        batch.put(tables.groups, Keyspace.ascii(group), GroupRecords.encode(effect.state()));
        Map<String, Role> roles = new HashMap<>();
        for (Map.Entry<String, Membership> entry : effect.members().entrySet()) {
            String uid = entry.getKey();
            Membership after = entry.getValue();
            roles.put(uid, after.role());
            int more = (after.isMember() ? 1 : 0) - (member(group, uid).isMember() ? 1 : 0);
            Count was = counted(uid);
            count(uid, new Count(was.groups + more, was.exactAt, message.position()));
            members.put(new Key(group, uid), after);
            batch.put(tables.members, Keyspace.member(group, uid), GroupRecords.encode(after));
            batch.put(tables.joined, Keyspace.joined(uid, group), Keyspace.numbers(message.position(), nowMs));
            changed.add(new Key(group, uid));
        }
        boolean dissolved = !effect.state().isOpen();
        if (dissolved) {
            state.dissolvedAt = message.position();
        }
        pushes.add(new GroupPush(
                message,
                effect.state().changedAt(),
                new GroupPush.Change(before.changedAt(), Map.copyOf(roles), dissolved)));
        return List.copyOf(roles.keySet());
    }

    /**
     * Forgets what the uid was in a group that it left, or that ended, a retention ago; of one that it is in, the
     * stretches before the present one.
     *
     * @param ended whether a dissolution would be as long ago
     * @return whether nothing is known of it any more
     */
    boolean forget(String uid, String group, boolean ended) throws RocksDBException {
        if (changed.contains(new Key(group, uid))) {
            return false;
        }
        try {
            Membership own = member(group, uid);
            boolean isOver = !own.isMember() || (ended && !group(group).isOpen());
            byte[] key = Keyspace.member(group, uid);
            if (isOver) {
                if (own.isMember()) {
                    toRecount.add(uid);
                }
                members.put(new Key(group, uid), Membership.NEVER);
                batch.delete(tables.members, key);
                batch.delete(tables.joined, Keyspace.joined(uid, group));
            } else if (!own.closed().isEmpty()) {
                Membership rest = new Membership(own.role(), own.joined(), List.of());
                members.put(new Key(group, uid), rest);
                batch.put(tables.members, key, GroupRecords.encode(rest));
            }
            return isOver;
        } catch (Unreadable e) {
            throw e.why;
        }
    }

    /** How many uids have lost a group that had ended, which their counts may have counted or not. */
    int toRecount() {
        return toRecount.size();
    }

    void recount() throws RocksDBException {
        try {
            for (String uid : toRecount) {
                if (changed.stream().noneMatch(key -> key.uid.equals(uid))) {
                    count(uid, new Count(countAnew(uid), state.dissolvedAt, counted(uid).changedAt));
                }
            }
        } catch (Unreadable e) {
            throw e.why;
        }
    }

    /** In the order of their positions. */
    List<GroupPush> pushes() {
        return pushes;
    }

    private GroupState group(String group) {
        return groups.computeIfAbsent(group, name -> GroupRecords.group(get(tables.groups, Keyspace.ascii(name))));
    }

    private Membership member(String group, String uid) {
        return members.computeIfAbsent(
                new Key(group, uid),
                key -> GroupRecords.membership(get(tables.members, Keyspace.member(key.group, key.uid))));
    }

    /** What is stored counts groups that were dissolved meanwhile; at the limit, and where there were any, it is counted anew. */
    private int groupsOf(String uid) {
        Count count = counted(uid);
        if (count.groups < terms.maxGroups() || count.exactAt >= state.dissolvedAt) {
            return count.groups;
        }
        if (recounts == MAX_RECOUNTS) {
            uncounted = true;
            return count.groups;
        }
        recounts++;
        try {
            Count anew = new Count(countAnew(uid), state.dissolvedAt, count.changedAt);
            count(uid, anew);
            return anew.groups;
        } catch (RocksDBException e) {
            throw new Unreadable(e);
        }
    }

    private Count counted(String uid) {
        return counts.computeIfAbsent(uid, name -> {
            byte[] stored = get(tables.joined, Keyspace.joined(name, ""));
            return stored == null
                    ? new Count(0, state.lastPosition, 0)
                    : new Count(
                            (int) Keyspace.number(stored, 0), Keyspace.number(stored, 8), Keyspace.number(stored, 16));
        });
    }

    private void count(String uid, Count count) throws RocksDBException {
        counts.put(uid, count);
        batch.put(
                tables.joined,
                Keyspace.joined(uid, ""),
                Keyspace.numbers(count.groups, count.exactAt, count.changedAt));
    }

    /** Remembers nothing of what it reads: there may be many, and of most of them nobody asks again. */
    private int countAnew(String uid) throws RocksDBException {
        int open = 0;
        byte[] prefix = Keyspace.joined(uid, "");
        try (Slice bound = new Slice(Keyspace.behind(prefix));
                ReadOptions options = new ReadOptions().setIterateUpperBound(bound);
                RocksIterator at = tables.db.newIterator(tables.joined, options)) {
            for (at.seek(prefix); at.isValid(); at.next()) {
                if (at.key().length > prefix.length) {
                    String group = Keyspace.text(at.key(), prefix.length, at.key().length);
                    open += !changed.contains(new Key(group, uid)) && isMember(group, uid) ? 1 : 0;
                }
            }
            at.status();
        }
        for (Key key : changed) {
            open += key.uid.equals(uid) && isMember(key.group, uid) ? 1 : 0;
        }
        return open;
    }

    private boolean isMember(String group, String uid) {
        GroupState known = groups.get(group);
        GroupState of = known != null ? known : GroupRecords.group(get(tables.groups, Keyspace.ascii(group)));
        if (!of.isOpen()) {
            return false;
        }
        Membership here = members.get(new Key(group, uid));
        return (here != null ? here : GroupRecords.membership(get(tables.members, Keyspace.member(group, uid))))
                .isMember();
    }

    private byte @Nullable [] get(ColumnFamilyHandle table, byte[] key) {
        try {
            return tables.db.get(table, key);
        } catch (RocksDBException e) {
            throw new Unreadable(e);
        }
    }

    /** Through functions that cannot say it. */
    private static final class Unreadable extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final RocksDBException why;

        Unreadable(RocksDBException why) {
            super(why);
            this.why = why;
        }
    }
}
