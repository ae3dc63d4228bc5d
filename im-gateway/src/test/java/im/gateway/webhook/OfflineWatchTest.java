package im.gateway.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.router.LastSeen;
import im.router.memory.MemoryPresence;
import im.router.memory.MemoryRouteDirectory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who is told to have gone: once, not too early, and not who is elsewhere. */
class OfflineWatchTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final Duration AFTER = Duration.ofMillis(1_500);

    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1);
    private final MemoryRouteDirectory routes = new MemoryRouteDirectory(new Random(1));
    private final Times times = new Times();
    private final MemoryPresence presence = new MemoryPresence(
            routes, times, Duration.ofSeconds(1), Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC));
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final AtomicInteger overflow = new AtomicInteger();
    private final AtomicInteger unknown = new AtomicInteger();

    /** What a store knows of who left. */
    private static final class Times implements LastSeen {
        final Map<String, Long> left = new ConcurrentHashMap<>();
        final List<Integer> reads = new CopyOnWriteArrayList<>();
        volatile boolean broken;

        @Override
        public void left(String uid, long ms) {}

        @Override
        public CompletionStage<long[]> of(List<String> uids) {
            reads.add(uids.size());
            return broken
                    ? CompletableFuture.failedStage(new IllegalStateException("broken"))
                    : CompletableFuture.completedStage(uids.stream()
                            .mapToLong(uid -> left.getOrDefault(uid, 0L))
                            .toArray());
        }
    }

    private OfflineWatch watch(Duration after) {
        return new OfflineWatch(
                presence,
                after,
                timer,
                new OfflineWatch.Events(told::add, overflow::incrementAndGet, unknown::addAndGet));
    }

    @AfterEach
    void close() {
        timer.shutdownNow();
    }

    @Test
    void whoLeftSoLongAgoIsToldOnceHoweverManyConnectionsThereWere() {
        times.left.put("a", NOW - AFTER.toMillis());
        OfflineWatch watch = watch(AFTER);
        long begun = System.nanoTime();

        watch.disconnected("a");
        watch.disconnected("a");
        await().until(() -> !told.isEmpty());
        watch.disconnected("b");
        await().until(() -> told.contains("b"));

        assertThat(told).containsExactly("a", "b");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(AFTER.multipliedBy(2));
    }

    @Test
    void whoIsConnectedOrWasSeenLaterElsewhereIsNot() {
        var unused = routes.register("here", "d", 1, 7);
        times.left.put("elsewhere", NOW - 10);
        times.left.put("gone", NOW - AFTER.toMillis());
        times.left.put("by a clock set back", NOW + 3_600_000);
        OfflineWatch watch = watch(AFTER);

        List.of("here", "elsewhere", "gone", "by a clock set back").forEach(watch::disconnected);
        await().until(() -> told.size() == 2);

        assertThat(told).containsExactlyInAnyOrder("gone", "by a clock set back");
    }

    @Test
    void manyAreLookedUpTogetherAndThoseWithoutAnAnswerAreCounted() {
        int many = 2 * OfflineWatch.LOOK_AT_ONCE + 1;
        OfflineWatch watch = watch(Duration.ofMillis(10));
        IntStream.range(0, many).forEach(i -> watch.disconnected("a" + i));

        await().until(() -> told.size() == many);
        assertThat(told).doesNotHaveDuplicates();
        assertThat(times.reads)
                .allMatch(size -> size <= OfflineWatch.LOOK_AT_ONCE)
                .hasSizeLessThan(20);

        times.broken = true;
        watch.disconnected("b");
        await().until(() -> unknown.get() == 1);
        assertThat(told).hasSize(many);
    }
}
