package im.router.redis;

import im.router.GroupDirectory;
import im.router.NodeFencedException;
import im.router.NodeId;
import im.router.Nodes;
import im.router.redis.Redis.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Interest in groups in Redis, also where routes are elsewhere: a hash for each group, which expires by the server's clock.
 * Calls name {@link #CHUNK} groups of one bucket at most, and {@link #AT_ONCE} of them are under way at a time, so that
 * neither Redis nor this process is held up by a node with many groups. Stages complete on Lettuce's threads.
 */
public final class RedisGroupDirectory implements GroupDirectory {
    /** Groups in one call: a tenth of a millisecond of the server's time. */
    static final int CHUNK = 128;

    static final int AT_ONCE = 64;

    private final Redis redis;
    private final Supplier<@Nullable NodeId> self;
    private final Supplier<Nodes> nodes;
    private final Duration forgotten;

    /**
     * @param self null while this process has no lease, or for good when it only reads
     * @param heartbeat how often {@link #add} is repeated
     */
    public RedisGroupDirectory(
            Redis redis, Supplier<@Nullable NodeId> self, Supplier<Nodes> nodes, Duration heartbeat) {
        this.redis = redis;
        this.self = self;
        this.nodes = nodes;
        this.forgotten = heartbeat.multipliedBy(3);
    }

    @Override
    public CompletionStage<Void> add(Collection<String> groups) {
        return inMyName(groups, me -> chunk -> GroupNodesScripts.add(redis, chunk, me, forgotten));
    }

    @Override
    public CompletionStage<Void> remove(Collection<String> groups) {
        return inMyName(groups, me -> chunk -> GroupNodesScripts.remove(redis, chunk, me));
    }

    private CompletionStage<Void> inMyName(
            Collection<String> groups, Function<NodeId, Function<List<String>, Call>> call) {
        NodeId me = self.get();
        return me == null
                ? CompletableFuture.failedStage(new NodeFencedException())
                : run(chunks(groups), 0, call.apply(me), (chunk, reply) -> {});
    }

    @Override
    public CompletionStage<Map<String, long[]>> nodesOf(Collection<String> groups) {
        Map<String, long[]> found = new HashMap<>();
        Nodes live = nodes.get();
        return run(chunks(groups), 0, chunk -> GroupNodesScripts.read(redis, chunk), (chunk, reply) -> {
                    for (int i = 0; i < chunk.size(); i++) {
                        long[] there = live(reply.at(i), live);
                        if (there.length > 0) {
                            found.put(chunk.get(i), there);
                        }
                    }
                })
                .thenApply(unused -> found);
    }

    private static long[] live(Reply stored, Nodes live) {
        long[] there = new long[stored.size() / 2];
        int count = 0;
        for (int i = 0; i < stored.size(); i += 2) {
            long node = packed(stored.number(i), stored.number(i + 1));
            if (live.isLive(node)) {
                there[count++] = node;
            }
        }
        return java.util.Arrays.copyOf(there, count);
    }

    /** 0 where nothing of ours could have written that. */
    private static long packed(long slot, long incarnation) {
        try {
            return new NodeId(Math.toIntExact(slot), incarnation).packed();
        } catch (IllegalArgumentException | ArithmeticException e) {
            return 0;
        }
    }

    private static List<List<String>> chunks(Collection<String> groups) {
        Map<Integer, List<String>> open = new TreeMap<>();
        List<List<String>> chunks = new ArrayList<>();
        for (String group : groups) {
            List<String> chunk = open.computeIfAbsent(RedisKeys.bucketOf(group), bucket -> new ArrayList<>());
            chunk.add(group);
            if (chunk.size() == CHUNK) {
                chunks.add(chunk);
                open.remove(RedisKeys.bucketOf(group));
            }
        }
        chunks.addAll(open.values());
        return chunks;
    }

    private interface Answered {
        void take(List<String> chunk, Reply reply);
    }

    /** The chunks from one on, so many at once; what is told is told by one thread after the other. */
    private CompletionStage<Void> run(
            List<List<String>> chunks, int from, Function<List<String>, Call> call, Answered answered) {
        if (from >= chunks.size()) {
            return CompletableFuture.completedStage(null);
        }
        List<List<String>> now = chunks.subList(from, Math.min(chunks.size(), from + AT_ONCE));
        return redis.callAll(now.stream().map(call).toList())
                .thenCompose(told -> {
                    CompletionStage<Void> all = CompletableFuture.completedStage(null);
                    for (int i = 0; i < now.size(); i++) {
                        List<String> chunk = now.get(i);
                        all = all.thenCombine(told.get(i), (none, reply) -> {
                            answered.take(chunk, reply);
                            return none;
                        });
                    }
                    return all;
                })
                .thenCompose(none -> run(chunks, from + now.size(), call, answered));
    }
}
