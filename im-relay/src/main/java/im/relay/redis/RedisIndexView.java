package im.relay.redis;

import im.relay.IndexView;
import im.relay.Retention;
import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import im.router.redis.RedisKeys;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The write side of the indexes in Redis. One call of a script merges at most {@link #MAX_ENTRIES}; of more, the earlier
 * calls merge without moving the mark, which is harmless where the last one then does not. Any thread.
 */
public final class RedisIndexView implements IndexView {
    static final int MAX_ENTRIES = 512;

    private static final Duration SWEEP_EVERY = Duration.ofSeconds(10);

    private final Redis redis;
    private final StoreKeys keys;
    private final MergeScript script;
    private final Sweeps sweeps;
    /** The largest log time of what was merged, by which time passes here. */
    private final AtomicLong newestMs = new AtomicLong();

    /** @param retention of which only the time counts: how long a group stays with a uid that has left it */
    public RedisIndexView(Redis redis, Retention retention) {
        this(redis, retention, System::nanoTime);
    }

    /** @param nanos by which a sweep is due */
    RedisIndexView(Redis redis, Retention retention, LongSupplier nanos) {
        this.redis = redis;
        this.keys = new StoreKeys(redis.keys());
        this.script = new MergeScript(keys);
        ForgetGroupsScript forget = new ForgetGroupsScript(keys, retention);
        this.sweeps = new Sweeps(redis, bucket -> forget.call(bucket, newestMs.get()), SWEEP_EVERY, nanos);
    }

    private void moved(int bucket, List<Entry> entries) {
        for (Entry entry : entries) {
            newestMs.accumulateAndGet(entry.timeMs(), Math::max);
        }
        sweeps.moved(bucket);
    }

    @Override
    public int buckets() {
        return RedisKeys.BUCKETS;
    }

    @Override
    public int bucketOf(String uid) {
        return RedisKeys.bucketOf(uid);
    }

    @Override
    public CompletionStage<long[]> marks(int partition) {
        byte[] field = Redis.decimal(partition);
        List<Call> calls = new ArrayList<>(RedisKeys.BUCKETS);
        for (int bucket = 0; bucket < RedisKeys.BUCKETS; bucket++) {
            calls.add(Call.of("HGET", keys.marks(bucket), field));
        }
        return Pipelined.all(redis, calls)
                .thenApply(replies -> replies.stream()
                        .mapToLong(reply -> reply.numberOr(ABSENT))
                        .toArray());
    }

    /** Those that need several calls, which is rare, go by themselves. */
    @Override
    public CompletionStage<Boolean> mergeAll(int partition, List<Merge> merges, boolean replay) {
        List<Merge> small = new ArrayList<>(merges.size());
        List<Merge> large = new ArrayList<>(0);
        List<Call> calls = new ArrayList<>(merges.size());
        for (Merge merge : merges) {
            check(merge.bucket(), merge.expected(), merge.mark(), merge.entries());
            if (merge.entries().size() > MAX_ENTRIES) {
                large.add(merge);
            } else {
                small.add(merge);
                calls.add(script.merge(
                        merge.bucket(), partition, merge.expected(), merge.mark(), merge.entries(), replay));
            }
        }
        CompletionStage<Boolean> together = Pipelined.all(redis, calls).thenApply(replies -> {
            boolean all = true;
            for (int i = 0; i < replies.size(); i++) {
                boolean took = replies.get(i).number() == small.get(i).expected();
                all &= took;
                if (took) {
                    moved(small.get(i).bucket(), small.get(i).entries());
                }
            }
            return all;
        });
        return large.isEmpty()
                ? together
                : together.thenCombine(IndexView.super.mergeAll(partition, large, replay), (a, b) -> a && b);
    }

    private void check(int bucket, long expected, long mark, List<Entry> entries) {
        for (Entry entry : entries) {
            if (bucketOf(entry.uid()) != bucket) {
                throw new IllegalArgumentException("not of bucket " + bucket + ": " + entry.uid());
            }
        }
        if (mark < expected || mark < 0) {
            throw new IllegalArgumentException("mark goes back: expected=" + expected + " mark=" + mark);
        }
    }

    @Override
    public CompletionStage<Long> merge(
            int bucket, int partition, long expected, long mark, List<Entry> entries, boolean replay) {
        check(bucket, expected, mark, entries);
        if (entries.size() <= MAX_ENTRIES) {
            return redis.call(script.merge(bucket, partition, expected, mark, entries, replay))
                    .thenApply(reply -> {
                        if (reply.number() == expected) {
                            moved(bucket, entries);
                        }
                        return reply.number();
                    });
        }
        List<Entry> first = entries.subList(0, MAX_ENTRIES);
        List<Entry> rest = entries.subList(MAX_ENTRIES, entries.size());
        return redis.call(script.merge(bucket, partition, expected, expected, first, replay))
                .thenCompose(reply -> reply.number() == expected
                        ? merge(bucket, partition, expected, mark, rest, replay)
                        : CompletableFuture.completedStage(reply.number()));
    }
}
