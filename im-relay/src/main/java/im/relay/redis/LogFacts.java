package im.relay.redis;

import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import im.router.redis.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the log's partitions as a whole: their holes, and until when their records stand where. Read anew
 * when somebody asks and it is older than a second; whoever asks gets what is there. That is sound: where records stand
 * is true for ever, and a hole that is seen later changes every version of an index, so that all compare again (D8). Any
 * thread.
 */
final class LogFacts {
    private static final long FRESH_NANOS = 1_000_000_000;
    /** Of each partition: as far back as the marks of a bucket that nobody writes to may be, a heartbeat or two. */
    private static final int SAMPLES = 64;

    private final Redis redis;
    private final StoreKeys keys;
    private final int partitions;
    private final LongSupplier nanos;

    private @Nullable Snapshot last;
    private long readAt;
    private @Nullable CompletableFuture<Snapshot> underWay;

    LogFacts(Redis redis, StoreKeys keys, int partitions, LongSupplier nanos) {
        this.redis = redis;
        this.keys = keys;
        this.partitions = partitions;
        this.nanos = nanos;
    }

    /** Everything that the log took before {@code timeMs} stands at or below the position. */
    record Reach(long position, long timeMs) {}

    /**
     * @param holes of each partition
     * @param reaches of each partition
     * @param holesHash differs when the holes do; 0 when there is none
     */
    record Snapshot(List<Holes> holes, List<List<Reach>> reaches, long holesHash) {

        /** Until when a bucket with these marks has everything, of all partitions; 0 when that cannot be said. */
        long asOfMs(long[] marks) {
            long asOfMs = Long.MAX_VALUE;
            for (int partition = 0; partition < marks.length; partition++) {
                long latest = 0;
                for (Reach reach : reaches.get(partition)) {
                    if (reach.position() <= marks[partition]) {
                        latest = Math.max(latest, reach.timeMs());
                    }
                }
                asOfMs = Math.min(asOfMs, latest);
            }
            return asOfMs;
        }
    }

    /** The last one; the first asker waits for the first one. */
    synchronized CompletionStage<Snapshot> get() {
        Snapshot present = last;
        if (present != null && nanos.getAsLong() - readAt < FRESH_NANOS) {
            return CompletableFuture.completedStage(present);
        }
        CompletableFuture<Snapshot> reading = underWay;
        if (reading == null) {
            reading = new CompletableFuture<>();
            underWay = reading;
            CompletableFuture<Snapshot> told = reading;
            Pipelined.all(redis, calls())
                    .thenApply(this::snapshot)
                    .whenComplete((snapshot, thrown) -> ended(told, snapshot, thrown));
        }
        return present == null ? reading : CompletableFuture.completedStage(present);
    }

    private void ended(CompletableFuture<Snapshot> told, @Nullable Snapshot snapshot, @Nullable Throwable thrown) {
        synchronized (this) {
            underWay = null;
            if (snapshot != null) {
                last = snapshot;
                readAt = nanos.getAsLong();
            }
        }
        if (thrown != null) {
            told.completeExceptionally(thrown);
        } else {
            told.complete(snapshot);
        }
    }

    private List<Call> calls() {
        List<Call> calls = new ArrayList<>(2 * partitions);
        for (int partition = 0; partition < partitions; partition++) {
            calls.add(keys.readState(partition, "holes", "reached", "reached_ms"));
            calls.add(Call.of(
                    "ZREVRANGE",
                    keys.times(partition),
                    Redis.decimal(0),
                    Redis.decimal(SAMPLES - 1),
                    StoreKeys.bytes("WITHSCORES")));
        }
        return calls;
    }

    private Snapshot snapshot(List<Reply> replies) {
        List<Holes> holes = new ArrayList<>(partitions);
        List<List<Reach>> reaches = new ArrayList<>(partitions);
        long hash = 0;
        for (int partition = 0; partition < partitions; partition++) {
            Reply state = replies.get(2 * partition);
            Holes here = state.isNull(0) ? Holes.NONE : Holes.parse(state.text(0));
            holes.add(here);
            hash = 31 * hash + here.hashCode();
            reaches.add(reaches(state, replies.get(2 * partition + 1)));
        }
        boolean none = holes.stream().allMatch(Holes.NONE::equals);
        return new Snapshot(List.copyOf(holes), List.copyOf(reaches), none ? 0 : hash);
    }

    private static List<Reach> reaches(Reply state, Reply times) {
        List<Reach> reaches = new ArrayList<>();
        if (!state.isNull(1) && !state.isNull(2)) {
            reaches.add(new Reach(state.number(1), state.number(2)));
        }
        for (int i = 0; i < times.size(); i++) {
            Reply positionAndScore = times.at(i);
            reaches.add(new Reach(positionAndScore.number(0), (long) Double.parseDouble(positionAndScore.text(1))));
        }
        return List.copyOf(reaches);
    }
}
