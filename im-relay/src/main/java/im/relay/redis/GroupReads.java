package im.relay.redis;

import im.protocol.ConversationKey;
import im.relay.Partitions;
import im.relay.redis.GroupsScript.Asked;
import im.relay.redis.GroupsScript.Group;
import im.relay.redis.GroupsScript.Read;
import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

/** Reads groups of several partitions, each group as of one moment. Any thread. */
final class GroupReads {
    private static final long NOT_THERE = -1;

    private final Redis redis;
    private final Partitions partitions;
    private final GroupsScript script;

    GroupReads(Redis redis, StoreKeys keys, Partitions partitions) {
        this.redis = redis;
        this.partitions = partitions;
        this.script = new GroupsScript(keys);
    }

    /**
     * @param partitions that groups are in
     * @param applied of each partition that one of the groups is of: the least at which a group was read; -1 where the
     *     view is not there
     * @param groups by name, all that were asked about and whose views are there
     */
    record Found(Partitions partitions, Map<Integer, Long> applied, Map<String, Group> groups) {
        Group group(String name) {
            return Objects.requireNonNull(groups.get(name));
        }

        private boolean isThere(String group) {
            return applied.getOrDefault(partitions.of(ConversationKey.group(group)), NOT_THERE) != NOT_THERE;
        }

        /** Whether all of them were read. */
        boolean isWhole() {
            return !applied.containsValue(NOT_THERE);
        }

        /**
         * Whether the view has got as far as the change that the list tells of, which is written first (D2): before that
         * it says of a new member that it is none.
         */
        boolean has(GroupEntry entry) {
            long at = applied.getOrDefault(partitions.of(ConversationKey.group(entry.group())), NOT_THERE);
            return at >= entry.position();
        }
    }

    /** What each of the groups knows of the uid. */
    CompletionStage<Found> ofUid(String uid, Collection<String> groups) {
        List<Asked> asked = new ArrayList<>(groups.size());
        groups.forEach(group -> asked.add(new Asked(group, List.of(uid))));
        return read(asked);
    }

    CompletionStage<Found> read(List<Asked> asked) {
        Map<Integer, List<Asked>> byPartition = new TreeMap<>();
        for (Asked one : asked) {
            int partition = partitions.of(ConversationKey.group(one.group()));
            byPartition.computeIfAbsent(partition, p -> new ArrayList<>()).add(one);
        }
        List<Integer> of = new ArrayList<>();
        List<List<Asked>> pieces = new ArrayList<>();
        List<Call> calls = new ArrayList<>();
        byPartition.forEach((partition, all) -> {
            for (List<Asked> piece : GroupsScript.pieces(all)) {
                of.add(partition);
                pieces.add(piece);
                calls.add(script.call(partition, piece));
            }
        });
        return Pipelined.all(redis, calls).thenApply(replies -> {
            Found found = new Found(partitions, new HashMap<>(), new HashMap<>());
            for (int i = 0; i < pieces.size(); i++) {
                Read read = GroupsScript.read(pieces.get(i), replies.get(i));
                found.applied.merge(of.get(i), read.restoring() ? NOT_THERE : read.applied(), Math::min);
                read.groups().forEach(group -> found.groups.put(group.group(), group));
            }
            found.groups.values().removeIf(group -> !found.isThere(group.group()));
            return found;
        });
    }
}
