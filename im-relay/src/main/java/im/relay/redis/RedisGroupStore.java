package im.relay.redis;

import im.protocol.ConversationKey;
import im.protocol.Ids;
import im.relay.ConversationStore.Page;
import im.relay.GroupStore;
import im.relay.Partitions;
import im.relay.ReadResult;
import im.relay.redis.GroupPageScript.Asked;
import im.relay.redis.GroupsScript.Group;
import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import im.router.redis.RedisKeys;
import im.router.redis.Reply;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The read side of groups in Redis. A read fails within two command timeouts while Redis does not answer, and while the
 * view that it needs is not there or gets its groups back. Nothing is cached; nothing is
 * written but that a group has ended. Any thread.
 */
public final class RedisGroupStore implements GroupStore {
    private final Redis redis;
    private final StoreKeys keys;
    private final Partitions partitions;
    private final GroupReads reads;
    private final GroupsScript groupsScript;
    private final GroupPageScript pages;
    private final GroupMarksScript marksScript;
    private final RosterScript roster;
    private final EndGroupsScript endGroups;
    private final ReachedRead reachedRead;
    private final byte[][] partitionNames;

    /** @param partitions of the log that the views are of */
    public RedisGroupStore(Redis redis, Partitions partitions) {
        this.redis = redis;
        this.partitions = partitions;
        this.keys = new StoreKeys(redis.keys());
        this.reads = new GroupReads(redis, keys, partitions);
        this.groupsScript = new GroupsScript(keys);
        this.pages = new GroupPageScript(keys);
        this.marksScript = new GroupMarksScript(keys);
        this.roster = new RosterScript(keys);
        this.endGroups = new EndGroupsScript(keys);
        this.reachedRead = new ReachedRead(redis, keys);
        this.partitionNames =
                IntStream.range(0, partitions.count()).mapToObj(Redis::decimal).toArray(byte[][]::new);
    }

    @Override
    public void version(String uid, Executor lane, Consumer<ReadResult<Long>> done) {
        requireIds(List.of(uid));
        Answer.to(
                lane,
                done,
                redis.call(Call.of("HGET", keys.groupsOf(uid), StoreKeys.bytes(GroupEntry.VERSION)))
                        .thenApply(reply -> reply.numberOr(0)));
    }

    @Override
    public void groupsOf(String uid, Executor lane, Consumer<ReadResult<List<Standing>>> done) {
        requireIds(List.of(uid));
        CompletionStage<List<Standing>> standings = redis.call(Call.of("HGETALL", keys.groupsOf(uid)))
                .thenCompose(reply -> {
                    List<GroupEntry> entries = GroupEntry.parse(reply).stream()
                            .filter(GroupEntry::member)
                            .sorted(Comparator.comparing(GroupEntry::group))
                            .toList();
                    List<String> groups =
                            entries.stream().map(GroupEntry::group).toList();
                    return reads.ofUid(uid, groups).thenCompose(found -> {
                        if (!entries.stream().allMatch(found::has)) {
                            throw new NotThereException();
                        }
                        List<Standing> all = standings(uid, groups, found);
                        return ended(uid, found).handle((ended, thrown) -> all);
                    });
                });
        Answer.to(lane, done, standings);
    }

    /** A dissolution changes no index: whoever finds one does. */
    private CompletionStage<?> ended(String uid, GroupReads.Found found) {
        List<Group> dissolved = found.groups().values().stream()
                .filter(group -> group.state().dissolvedAt() > 0)
                .toList();
        return dissolved.isEmpty()
                ? CompletableFuture.completedStage(dissolved)
                : Pipelined.all(redis, endGroups.calls(uid, dissolved));
    }

    private static List<Standing> standings(String uid, List<String> groups, GroupReads.Found found) {
        List<Standing> standings = new ArrayList<>(groups.size());
        for (String group : groups) {
            Standing standing = found.group(group).standing(uid);
            if (standing.isMember()) {
                standings.add(standing);
            }
        }
        return standings;
    }

    @Override
    public void counts(List<String> uids, Executor lane, Consumer<ReadResult<int[]>> done) {
        GroupStore.requireAsked(uids.size());
        requireIds(uids);
        List<Call> calls = new ArrayList<>(uids.size());
        for (String uid : uids) {
            calls.add(Call.of("HGET", keys.groupsOf(uid), StoreKeys.bytes(GroupEntry.COUNT)));
        }
        // Behind them: a list that is lost is missing before its mark is there again.
        for (int bucket : uids.stream().map(RedisKeys::bucketOf).collect(Collectors.toCollection(TreeSet::new))) {
            calls.add(Call.of("HMGET", keys.marks(bucket), partitionNames));
        }
        Answer.to(lane, done, Pipelined.all(redis, calls).thenApply(replies -> counts(uids.size(), replies)));
    }

    private int[] counts(int uids, List<Reply> replies) {
        for (Reply marks : replies.subList(uids, replies.size())) {
            for (int partition = 0; partition < partitionNames.length; partition++) {
                if (marks.isNull(partition)) {
                    throw new NotThereException();
                }
            }
        }
        return replies.subList(0, uids).stream()
                .mapToInt(reply -> (int) reply.numberOr(0))
                .toArray();
    }

    @Override
    public void standing(String group, String uid, Executor lane, Consumer<ReadResult<Standing>> done) {
        Answer.to(lane, done, standings(group, List.of(uid)).thenApply(all -> all.get(0)));
    }

    @Override
    public void standings(String group, List<String> uids, Executor lane, Consumer<ReadResult<List<Standing>>> done) {
        GroupStore.requireAsked(uids.size());
        Answer.to(lane, done, standings(group, uids));
    }

    /** In one call, whose size is bounded by what may be asked. */
    private CompletionStage<List<Standing>> standings(String group, List<String> uids) {
        requireIds(List.of(group));
        requireIds(uids);
        List<GroupsScript.Asked> asked = List.of(new GroupsScript.Asked(group, uids));
        return redis.call(groupsScript.call(partition(group), asked)).thenApply(reply -> {
            GroupsScript.Read read = GroupsScript.read(asked, reply);
            if (read.applied() < 0 || read.restoring()) {
                throw new NotThereException();
            }
            Group found = read.groups().get(0);
            return uids.stream().map(found::standing).toList();
        });
    }

    @Override
    public void members(String group, String after, int limit, Executor lane, Consumer<ReadResult<Members>> done) {
        GroupStore.requirePage(limit);
        requireIds(after.isEmpty() ? List.of(group) : List.of(group, after));
        Answer.to(
                lane,
                done,
                redis.call(roster.call(partition(group), group, after, limit))
                        .thenApply(reply -> RosterScript.members(limit, reply)));
    }

    @Override
    public void marks(List<String> groups, Executor lane, Consumer<ReadResult<List<Mark>>> done) {
        GroupStore.requireAsked(groups.size());
        requireIds(groups);
        Map<Integer, List<String>> byPartition = new TreeMap<>();
        for (String group : groups) {
            byPartition
                    .computeIfAbsent(partition(group), partition -> new ArrayList<>())
                    .add(group);
        }
        List<List<String>> pieces = new ArrayList<>();
        List<Call> calls = new ArrayList<>();
        byPartition.forEach((partition, all) -> {
            for (int from = 0; from < all.size(); from += GroupMarksScript.MAX) {
                List<String> piece = all.subList(from, Math.min(all.size(), from + GroupMarksScript.MAX));
                pieces.add(piece);
                calls.add(marksScript.call(partition, piece));
            }
        });
        Answer.to(
                lane, done, Pipelined.all(redis, calls).thenApply(replies -> inOrder(groups, marks(pieces, replies))));
    }

    private static Map<String, Mark> marks(List<List<String>> pieces, List<Reply> replies) {
        Map<String, Mark> marks = new HashMap<>();
        for (int i = 0; i < pieces.size(); i++) {
            List<String> piece = pieces.get(i);
            for (int j = 0; j < piece.size(); j++) {
                marks.put(piece.get(j), GroupMarksScript.mark(replies.get(i), j));
            }
        }
        return marks;
    }

    private static List<Mark> inOrder(List<String> groups, Map<String, Mark> marks) {
        return groups.stream()
                .map(group -> marks.getOrDefault(group, new Mark(0, 0)))
                .toList();
    }

    @Override
    public void page(
            String group,
            String uid,
            long after,
            int maxMessages,
            int maxBytes,
            Executor lane,
            Consumer<ReadResult<Page>> done) {
        requireIds(List.of(group, uid));
        Asked asked = new Asked(group, uid, maxMessages, maxBytes);
        Answer.to(
                lane,
                done,
                redis.call(pages.after(partition(group), asked, after))
                        .thenApply(reply -> GroupPageScript.pageAfter(asked, after, reply)));
    }

    @Override
    public void pageBefore(
            String group,
            String uid,
            long before,
            int maxMessages,
            int maxBytes,
            Executor lane,
            Consumer<ReadResult<Page>> done) {
        requireIds(List.of(group, uid));
        Asked asked = new Asked(group, uid, maxMessages, maxBytes);
        long last = Math.max(before - 1, 0);
        Answer.to(
                lane,
                done,
                redis.call(pages.before(partition(group), asked, last))
                        .thenApply(reply -> GroupPageScript.pageBefore(asked, last, reply)));
    }

    @Override
    public void reached(String group, List<String> uids, Executor lane, Consumer<ReadResult<List<Reached>>> done) {
        GroupStore.requireMembers(uids.size());
        requireIds(uids);
        Answer.to(lane, done, reachedRead.read(ConversationKey.group(group), uids));
    }

    private int partition(String group) {
        return partitions.of(ConversationKey.group(group));
    }

    /** An id that is none could be another key. */
    private static void requireIds(List<String> ids) {
        for (String id : ids) {
            if (!Ids.isValid(id)) {
                throw new IllegalArgumentException("not an id: " + id);
            }
        }
    }
}
