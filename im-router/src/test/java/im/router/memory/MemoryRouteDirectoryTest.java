package im.router.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.router.Registration;
import im.router.Route;
import im.router.RouteDirectory;
import im.router.RouteDirectoryContract;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MemoryRouteDirectoryTest extends RouteDirectoryContract {
    private static final int THREADS = 4;
    private static final int OPERATIONS = 50_000;
    private static final int UIDS = 40;
    private static final int DEVICES = 3;

    private record Entry(long attempt, long connection) {}

    private final MemoryRouteDirectory routes = new MemoryRouteDirectory(new Random(1));

    @Override
    protected RouteDirectory routes() {
        return routes;
    }

    @Test
    void everyStageIsCompleteWhenTheCallReturns() {
        assertThat(routes.register("a", "d", 1, 11).toCompletableFuture()).isDone();
        assertThat(routes.routesOf("a").toCompletableFuture()).isDone();
        assertThat(routes.remove("a", "d", 11).toCompletableFuture()).isDone();
    }

    @Test
    void whatIsNoIdOrNoConnectionIsRefused() {
        assertThatThrownBy(() -> routes.register("\u0100", "d", 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> routes.register("a", "", 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> routes.register("a", "d", 1, 0)).isInstanceOf(IllegalArgumentException.class);
        register("A", "d", 1, 1);
        assertThat(connectionsOf("\u0141")).isEmpty();
    }

    /**
     * Each thread owns some devices, so that it knows what each of its calls must answer, while all of them meet in
     * the same tables and the same uids.
     */
    @Test
    void threadsThatChangeTheSameUidsSeeTheirOwnDevicesAsTheyLeftThem() throws Exception {
        long seed = Long.getLong("im.test.seed", new Random().nextLong());
        System.out.println("MemoryRouteDirectoryTest -Dim.test.seed=" + seed);
        Map<String, Entry> expected = new ConcurrentHashMap<>();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        CountDownLatch start = new CountDownLatch(1);
        List<Future<?>> running = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            int thread = t;
            running.add(threads.submit(() -> {
                start.await();
                SplittableRandom random = new SplittableRandom(seed + thread);
                for (int i = 0; i < OPERATIONS; i++) {
                    change(thread, random, expected);
                }
                return true;
            }));
        }
        start.countDown();
        for (Future<?> future : running) {
            future.get(60, TimeUnit.SECONDS);
        }
        threads.shutdown();

        assertThat(routes.size()).isEqualTo(expected.size());
        for (int uid = 0; uid < UIDS; uid++) {
            String prefix = "u" + uid + "/";
            assertThat(connectionsOf("u" + uid))
                    .containsExactlyInAnyOrder(expected.entrySet().stream()
                            .filter(e -> e.getKey().startsWith(prefix))
                            .mapToLong(e -> e.getValue().connection())
                            .toArray());
        }
    }

    private void change(int thread, SplittableRandom random, Map<String, Entry> expected) {
        String uid = "u" + random.nextInt(UIDS);
        String device = "t" + thread + "d" + random.nextInt(DEVICES);
        String key = uid + "/" + device;
        Entry before = expected.get(key);
        long connection = 1 + random.nextLong(1L << 40);
        long attempt = random.nextInt(20);
        switch (random.nextInt(4)) {
            case 0 -> assertThat(remove(uid, device, connection)).isFalse();
            case 1 -> {
                boolean removed = remove(uid, device, before == null ? connection : before.connection());
                assertThat(removed).isEqualTo(before != null);
                expected.remove(key);
            }
            case 2 ->
                assertThat(connectionsOf(uid))
                        .satisfies(found -> assertThat(before == null
                                        || java.util.Arrays.stream(found).anyMatch(c -> c == before.connection()))
                                .isTrue());
            default -> {
                Registration answer = register(uid, device, attempt, connection);
                if (before != null && before.attempt() > attempt) {
                    assertThat(answer).isEqualTo(new Registration.Older(before.attempt()));
                } else {
                    Route displaced = before == null ? null : new Route(Route.HERE, before.connection());
                    assertThat(answer).isEqualTo(new Registration.Registered(displaced));
                    expected.put(key, new Entry(attempt, connection));
                }
            }
        }
    }
}
