package im.relay.redis;

import im.protocol.Ids;
import im.relay.ConversationView;
import im.relay.GroupEffect;
import im.relay.GroupView;
import im.relay.group.GroupState;
import im.relay.group.Membership;
import im.relay.redis.GroupsScript.Asked;
import im.relay.redis.GroupsScript.Group;
import im.relay.redis.GroupsScript.Read;
import im.relay.redis.RestoreScript.Part;
import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Groups in the view in Redis, for whoever works out what becomes of them. One call of a script reads or puts a bounded
 * number of members; what needs several is of one position all the same, or is read again. Any thread.
 */
public final class RedisGroupView implements GroupView {
    /** Reads that found the view at several places before it is said that it does not stand still. */
    private static final int TRIES = 4;

    private final Redis redis;
    private final boolean whole;
    private final GroupsScript groupsScript;
    private final RestoreScript restoreScript;

    /** For the relay, which is who puts groups back. */
    public RedisGroupView(Redis redis) {
        this(redis, false);
    }

    /** One that is not there, for its readers, while groups are put back into it. */
    public static RedisGroupView whole(Redis redis) {
        return new RedisGroupView(redis, true);
    }

    private RedisGroupView(Redis redis, boolean whole) {
        StoreKeys keys = new StoreKeys(redis.keys());
        this.redis = redis;
        this.whole = whole;
        this.groupsScript = new GroupsScript(keys);
        this.restoreScript = new RestoreScript(keys);
    }

    @Override
    public CompletionStage<Groups> groups(int partition, Map<String, Set<String>> asked) {
        List<Asked> all = new ArrayList<>(asked.size());
        asked.forEach((group, uids) -> {
            check(group, uids);
            all.add(new Asked(group, uids));
        });
        List<List<Asked>> pieces = GroupsScript.pieces(all);
        // The place alone is an answer too.
        return read(partition, pieces, TRIES);
    }

    private CompletionStage<Groups> read(int partition, List<List<Asked>> pieces, int tries) {
        List<Call> calls = pieces.stream()
                .map(piece -> groupsScript.call(partition, piece))
                .toList();
        return Pipelined.all(redis, calls).thenCompose(replies -> {
            List<Read> reads = new ArrayList<>(pieces.size());
            for (int i = 0; i < pieces.size(); i++) {
                reads.add(GroupsScript.read(pieces.get(i), replies.get(i)));
            }
            long applied = reads.get(0).applied();
            if (reads.stream().allMatch(read -> read.applied() == applied)) {
                boolean hidden = whole && reads.stream().anyMatch(Read::restoring);
                return CompletableFuture.completedStage(together(hidden ? ConversationView.ABSENT : applied, reads));
            }
            return tries > 1
                    ? read(partition, pieces, tries - 1)
                    : CompletableFuture.failedStage(new IllegalStateException("the view moves while it is read"));
        });
    }

    private static Groups together(long applied, List<Read> reads) {
        Map<String, GroupState> states = new HashMap<>();
        Map<String, Map<String, Membership>> members = new HashMap<>();
        for (Read read : reads) {
            for (Group group : read.groups()) {
                states.put(group.group(), group.state());
                members.computeIfAbsent(group.group(), name -> new HashMap<>()).putAll(group.members());
            }
        }
        return new Groups(applied, states, members);
    }

    @Override
    public CompletionStage<Boolean> restore(
            int partition, long expected, String attempt, boolean begins, List<GroupEffect> effects) {
        return restore(partition, expected, attempt, begins, pieces(effects), 0);
    }

    private CompletionStage<Boolean> restore(
            int partition, long expected, String attempt, boolean begins, List<List<Part>> pieces, int at) {
        return redis.call(restoreScript.call(partition, expected, attempt, begins, pieces.get(at)))
                .thenCompose(reply -> reply.number() == 0 || at + 1 == pieces.size()
                        ? CompletableFuture.completedStage(reply.number() == 1)
                        : restore(partition, expected, attempt, false, pieces, at + 1));
    }

    /**
     * All that is to be put of a group together, as its effects all have the same state. At least one, which begins the
     * attempt where there is nothing to put.
     */
    static List<List<Part>> pieces(List<GroupEffect> effects) {
        Map<String, GroupState> states = new LinkedHashMap<>();
        Map<String, Map<String, Membership>> members = new HashMap<>();
        for (GroupEffect effect : effects) {
            check(effect.group(), effect.members().keySet());
            states.put(effect.group(), effect.state());
            members.computeIfAbsent(effect.group(), name -> new LinkedHashMap<>())
                    .putAll(effect.members());
        }
        Pieces.Cut<Part> cut = new Pieces.Cut<>(RestoreScript.MAX);
        states.forEach((group, state) -> {
            List<Map.Entry<String, Membership>> all =
                    List.copyOf(members.getOrDefault(group, Map.of()).entrySet());
            cut.add(all, (from, to) -> new Part(group, state, all.subList(from, to)));
        });
        return cut.pieces();
    }

    /** An id that is none could be another key. */
    static void check(String group, Iterable<String> uids) {
        if (!Ids.isValid(group)) {
            throw new IllegalArgumentException("not a group: " + group);
        }
        for (String uid : uids) {
            if (!Ids.isValid(uid)) {
                throw new IllegalArgumentException("not a uid: " + uid);
            }
        }
    }
}
