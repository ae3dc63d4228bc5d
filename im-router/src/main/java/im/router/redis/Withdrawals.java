package im.router.redis;

import im.router.RouteDirectory;
import im.router.StageFailure;
import im.router.memory.LocalRoutes.Entry;
import im.router.redis.Redis.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Removals of routes of this process. Those that fail are made again with the next mending; when there are too many the
 * oldest stay as they are: a push to a connection that is gone is counted and nothing more. Any thread.
 */
final class Withdrawals {
    static final int BOUND = 1 << 16;
    private static final int AT_ONCE = 256;

    private final Redis redis;
    private final OwnNode own;
    private final RouteMeters meters;
    private final BlockingQueue<Entry> failed = new ArrayBlockingQueue<>(BOUND);

    Withdrawals(Redis redis, OwnNode own, RouteMeters meters) {
        this.redis = redis;
        this.own = own;
        this.meters = meters;
    }

    /** @return whether it was there */
    CompletionStage<Boolean> now(String uid, String device, long connection) {
        long[] names = own.names();
        if (names.length == 0) {
            return CompletableFuture.completedStage(false);
        }
        return redis.call(RemoveRouteScript.call(redis, uid, device, connection, names))
                .handle((reply, thrown) -> {
                    if (thrown != null) {
                        later(uid, device, connection);
                        throw StageFailure.unchecked(thrown);
                    }
                    return reply.number() == 1;
                });
    }

    void later(String uid, String device, long connection) {
        Entry entry = new Entry(uid, device, 0, connection, RouteDirectory.NO_GROUP);
        while (!failed.offer(entry)) {
            if (failed.poll() != null) {
                meters.notWithdrawn.increment();
            }
        }
    }

    /** Makes those that failed; those that fail again wait for the next time. */
    CompletionStage<Void> again() {
        List<Entry> entries = new ArrayList<>();
        failed.drainTo(entries, AT_ONCE);
        if (entries.isEmpty()) {
            return CompletableFuture.completedStage(null);
        }
        long[] names = own.names();
        List<Call> calls = entries.stream()
                .map(e -> RemoveRouteScript.call(redis, e.uid(), e.device(), e.connection(), names))
                .toList();
        return redis.callAll(calls)
                .handle((told, thrown) -> {
                    if (thrown != null) {
                        entries.forEach(e -> later(e.uid(), e.device(), e.connection()));
                        throw StageFailure.unchecked(thrown);
                    }
                    return told;
                })
                .thenCompose(told -> ended(entries, told))
                .thenCompose(unused -> again());
    }

    private CompletionStage<Void> ended(List<Entry> entries, List<CompletionStage<Reply>> told) {
        CompletionStage<Void> all = CompletableFuture.completedStage(null);
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            CompletionStage<Void> one = told.get(i).handle((reply, thrown) -> {
                if (thrown != null) {
                    later(entry.uid(), entry.device(), entry.connection());
                    throw StageFailure.unchecked(thrown);
                }
                meters.withdrawn.increment();
                return null;
            });
            all = all.thenCombine(one, (a, b) -> null);
        }
        return all;
    }
}
