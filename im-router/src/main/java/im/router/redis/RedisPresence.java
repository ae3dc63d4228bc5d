package im.router.redis;

import im.router.NodeFencedException;
import im.router.NodeId;
import im.router.Nodes;
import im.router.Presence;
import im.router.PresenceState;
import im.router.RouteDirectory;
import im.router.Routes;
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
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Presence in a cluster: times and interest in Redis ({@link PresenceKeys}), all by that server's clock; routes wherever
 * they are. A node that watches is told by another through {@link Hints}; one that is dead is passed over, and its
 * interest ends by itself. Stages complete on Lettuce's threads.
 */
public final class RedisPresence implements Presence {
    /** Tells another node that a uid it watches may have come or gone. Must not block. */
    @FunctionalInterface
    public interface Hints {
        /** @param node packed */
        void changed(long node, String uid);
    }

    private final Redis redis;
    private final RouteDirectory routes;
    private final OwnNode own;
    private final Supplier<Nodes> nodes;
    private final Hints hints;
    private final long graceMs;
    private final Duration forgotten;
    private volatile Consumer<String> listener = uid -> {};

    /**
     * @param self null while this process has no lease
     * @param heartbeat how often {@link #watch} is repeated
     */
    public RedisPresence(
            Redis redis,
            RouteDirectory routes,
            Supplier<@Nullable NodeId> self,
            Supplier<Nodes> nodes,
            Hints hints,
            Duration grace,
            Duration heartbeat) {
        this.redis = redis;
        this.routes = routes;
        this.own = new OwnNode(self);
        this.nodes = nodes;
        this.hints = hints;
        this.graceMs = grace.toMillis();
        this.forgotten = heartbeat.multipliedBy(3);
    }

    /** Routes first: whoever lost the last one has left its time before. */
    @Override
    public CompletionStage<Map<String, PresenceState>> read(Collection<String> uids) {
        List<String> asked = List.copyOf(uids);
        return routes.routesOf(asked).thenCompose(connected -> times(asked, connected));
    }

    private CompletionStage<Map<String, PresenceState>> times(List<String> asked, Map<String, Routes> connected) {
        List<List<String>> buckets = byBucket(asked);
        List<Call> calls = buckets.stream()
                .map(uids -> PresenceReadScript.call(redis, uids))
                .toList();
        return redis.callAll(calls).thenCompose(told -> {
            CompletionStage<Map<String, PresenceState>> all = CompletableFuture.completedStage(new HashMap<>());
            for (int i = 0; i < buckets.size(); i++) {
                List<String> uids = buckets.get(i);
                all = all.thenCombine(told.get(i), (states, reply) -> {
                    put(states, uids, connected, reply);
                    return states;
                });
            }
            return all;
        });
    }

    private void put(Map<String, PresenceState> states, List<String> uids, Map<String, Routes> connected, Reply reply) {
        long now = reply.number(0);
        for (int i = 0; i < uids.size(); i++) {
            String uid = uids.get(i);
            states.put(uid, PresenceState.of(connected.containsKey(uid), reply.number(i + 1), now, graceMs));
        }
    }

    private static List<List<String>> byBucket(Collection<String> uids) {
        Map<Integer, List<String>> buckets = new TreeMap<>();
        for (String uid : uids) {
            buckets.computeIfAbsent(RedisKeys.bucketOf(uid), bucket -> new ArrayList<>())
                    .add(uid);
        }
        return List.copyOf(buckets.values());
    }

    @Override
    public void entered(String uid) {
        PresenceSeenScript.run(redis, uid).whenComplete((watching, failure) -> tell(uid, watching));
    }

    @Override
    public void left(String uid, Supplier<? extends CompletionStage<?>> removal) {
        CompletionStage<List<Long>> noted = PresenceSeenScript.run(redis, uid);
        CompletableFuture<Void> removed = new CompletableFuture<>();
        removal.get().whenComplete((done, failure) -> removed.complete(null));
        noted.whenComplete((watching, failure) -> removed.whenComplete((done, none) -> tell(uid, watching)));
    }

    /** @param watching null when nobody could be asked: they find out when they compare */
    private void tell(String uid, @Nullable List<Long> watching) {
        if (watching == null || watching.isEmpty()) {
            return;
        }
        long me = own.now();
        Nodes live = nodes.get();
        for (long node : watching) {
            if (node == me) {
                listener.accept(uid);
            } else if (live.isLive(node)) {
                hints.changed(node, uid);
            }
        }
    }

    /** Another node says so. */
    public void heard(String uid) {
        listener.accept(uid);
    }

    @Override
    public CompletionStage<Void> watch(Collection<String> uids) {
        long me = own.now();
        if (me == 0) {
            return CompletableFuture.failedStage(new NodeFencedException());
        }
        List<Call> calls = byBucket(uids).stream()
                .map(bucket -> PresenceWatchScript.call(redis, bucket, me, forgotten))
                .toList();
        return redis.callAll(calls)
                .thenCompose(told -> CompletableFuture.allOf(
                        told.stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture[]::new)));
    }

    @Override
    public void unwatch(Collection<String> uids) {
        long me = own.now();
        if (me != 0 && !uids.isEmpty()) {
            var unused = redis.callAll(byBucket(uids).stream()
                    .map(bucket -> PresenceUnwatchScript.call(redis, bucket, me))
                    .toList());
        }
    }

    @Override
    public void listen(Consumer<String> changed) {
        listener = changed;
    }
}
