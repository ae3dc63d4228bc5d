package im.router.redis;

import im.router.NodeFencedException;
import im.router.Nodes;
import im.router.RouteDirectory.DisplacedListener;
import im.router.RouteDirectory.Mended;
import im.router.StageFailure;
import im.router.memory.LocalRoutes;
import im.router.memory.LocalRoutes.Entry;
import im.router.redis.MendRoutesScript.Held;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * D23: compares what this node registered with what is there, bucket after bucket, some hundred routes a call and one
 * call at a time, so that neither Redis nor this process is held up by it. A bucket that cannot be reached does not stop
 * the others. Any thread.
 */
final class RouteMending {
    /** Routes in one call: a tenth of a millisecond of the server's time. */
    static final int CHUNK = 256;

    private final Redis redis;
    private final OwnNode own;
    private final Supplier<Nodes> nodes;
    private final LocalRoutes local;
    private final Withdrawals withdrawals;
    private final DisplacedListener listener;
    private final RouteMeters meters;
    private final AtomicReference<@Nullable CompletableFuture<Mended>> running = new AtomicReference<>();

    RouteMending(
            Redis redis,
            OwnNode own,
            Supplier<Nodes> nodes,
            LocalRoutes local,
            Withdrawals withdrawals,
            DisplacedListener listener,
            RouteMeters meters) {
        this.redis = redis;
        this.own = own;
        this.nodes = nodes;
        this.local = local;
        this.withdrawals = withdrawals;
        this.listener = listener;
        this.meters = meters;
    }

    CompletionStage<Mended> run() {
        long me = own.now();
        if (me == 0) {
            return CompletableFuture.failedStage(new NodeFencedException());
        }
        CompletableFuture<Mended> mine = new CompletableFuture<>();
        CompletableFuture<Mended> other = running.compareAndExchange(null, mine);
        if (other != null) {
            return other.copy();
        }
        Run run = new Run(me);
        withdrawals
                .again()
                .handle((unused, thrown) -> run.note(thrown))
                .thenCompose(unused -> run.bucket(0))
                .whenComplete((unused, thrown) -> {
                    running.set(null);
                    run.note(thrown);
                    run.tell(mine);
                });
        return mine.copy();
    }

    /** One mending; its stages follow one another. */
    private final class Run {
        private final long me;
        private volatile Mended sum = Mended.NOTHING;
        private volatile @Nullable Throwable failure;

        Run(long me) {
            this.me = me;
        }

        boolean note(@Nullable Throwable thrown) {
            if (thrown != null && failure == null) {
                failure = thrown;
            }
            return true;
        }

        void tell(CompletableFuture<Mended> told) {
            Throwable failed = failure;
            if (failed == null) {
                told.complete(sum);
            } else {
                told.completeExceptionally(StageFailure.unchecked(failed));
            }
        }

        /** Goes on with the bucket and those behind it; buckets with nothing in them cost no stage. */
        CompletionStage<Void> bucket(int from) {
            for (int bucket = from; bucket < RedisKeys.BUCKETS; bucket++) {
                List<Entry> entries = local.in(bucket);
                if (!entries.isEmpty()) {
                    int next = bucket + 1;
                    return chunk(bucket, entries, 0)
                            .handle((unused, thrown) -> note(thrown))
                            .thenCompose(unused -> {
                                return bucket(next);
                            });
                }
            }
            return CompletableFuture.completedStage(null);
        }

        private CompletionStage<Void> chunk(int bucket, List<Entry> entries, int from) {
            if (from >= entries.size()) {
                return CompletableFuture.completedStage(null);
            }
            if (own.now() != me) {
                return CompletableFuture.failedStage(new NodeFencedException());
            }
            int to = Math.min(entries.size(), from + CHUNK);
            return MendRoutesScript.run(redis, entries.subList(from, to), me, own.names())
                    .thenCompose(answer -> settle(bucket, to - from, answer))
                    .thenCompose(unused -> chunk(bucket, entries, to));
        }

        private CompletionStage<Void> settle(int bucket, int checked, MendRoutesScript.Answer answer) {
            List<CompletionStage<?>> under = new ArrayList<>();
            int displaced = 0;
            for (Entry entry : answer.written()) {
                if (!local.holds(bucket, entry.uid(), entry.device(), entry.connection())) {
                    // It went while it was being written: nobody would ever remove it.
                    under.add(withdrawals.now(entry.uid(), entry.device(), entry.connection()));
                }
            }
            for (Held held : answer.held()) {
                if (held.by().node() == me) {
                    continue; // another connection of this node, whose registration tells of it
                }
                if (held.by().attempt() == held.entry().attempt()
                        && !nodes.get().isLive(held.by().node())) {
                    under.add(takeFromTheDead(held.entry()));
                } else if (local.remove(
                        bucket,
                        held.entry().uid(),
                        held.entry().device(),
                        held.entry().connection())) {
                    displaced++;
                    tellDisplaced(held);
                }
            }
            int written = answer.written().size();
            meters.mended.increment(written);
            meters.displaced.increment(displaced);
            sum = sum.plus(new Mended(checked, written, displaced));
            return CompletableFuture.allOf(
                    under.stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture[]::new));
        }

        private CompletionStage<?> takeFromTheDead(Entry entry) {
            return RegisterRouteScript.run(
                    redis, entry.uid(), entry.device(), entry.attempt(), me, entry.connection(), entry.group());
        }

        private void tellDisplaced(Held held) {
            Entry entry = held.entry();
            listener.displaced(
                    entry.uid(), entry.device(), entry.connection(), held.by().attempt());
        }
    }
}
