package im.router.redis;

import static im.router.redis.TestRedis.await;
import static im.router.redis.TestRedis.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.router.NodeId;
import im.router.NodeInfo;
import im.router.NodeInfo.Load;
import im.router.NodeInfo.Role;
import im.router.NodeRegistry.LeaseListener;
import im.router.redis.Redis.Call;
import im.router.redis.RedisFailure.Reason;
import im.servers.RedisServer;
import im.servers.ServerOptions;
import im.servers.Servers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** A server of its own, which is killed and paused. */
@Tag("once")
@EnabledIf("im.servers.Requirement#redis")
class RedisFaultIT {
    private static final Duration LEASE = Duration.ofSeconds(6);
    /** Which nothing waits out, and no slow start of the server either. */
    private static final Duration LONG_LEASE = Duration.ofSeconds(60);

    private static RedisServer server;
    private RedisConfig config;

    @BeforeAll
    static void start() {
        server = RedisServer.start(Servers.temporaryFolder("redis-fault"), ServerOptions.defaults());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void configure() {
        RedisConfig usual =
                RedisConfig.single("127.0.0.1", server.port()).withKeyPrefix("im-" + java.util.UUID.randomUUID() + ":");
        config = usual.withLimits(
                usual.connectTimeout(),
                Duration.ofMillis(300),
                usual.maxInFlight(),
                new RedisConfig.Breaker(16, 4, 50, Duration.ofMillis(500), 2));
    }

    @Test
    void aServerThatHangsCostsTimeoutsThenNothingAndIsUsedAgainWhenItWakes() {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        try (Redis redis = connect(registry)) {
            byte[] key = redis.keys().ofBucket(1, "n");
            server.pause();
            Map<Reason, Integer> seen = new EnumMap<>(Reason.class);
            try {
                await().atMost(TestRedis.PATIENCE).until(() -> {
                    seen.merge(failureOf(redis, key), 1, Integer::sum);
                    return seen.getOrDefault(Reason.CIRCUIT_OPEN, 0) > 5;
                });
                assertThat(redis.failure()).contains("circuit").contains(Integer.toString(server.port()));
                assertThat(registry.get("im.redis.breaker").gauge().value()).isPositive();
                assertThat(seen).containsKey(Reason.TIMEOUT);
                assertThat(registry.get("im.redis.failures")
                                .tag("reason", "timeout")
                                .counter()
                                .count())
                        .isEqualTo(seen.getOrDefault(Reason.TIMEOUT, 0).doubleValue());
            } finally {
                server.resume();
            }

            await().atMost(TestRedis.PATIENCE).until(() -> answers(redis, key) && redis.failure() == null);
            assertThat(registry.get("im.redis.in.flight").gauge().value()).isZero();
        }
    }

    /** What was sent and not answered when the connection ended is not sent again. */
    @Test
    void aServerThatIsKilledFailsWhatIsUnderWayAndIsUsedAgainWhenItIsBack() {
        try (Redis redis = connect(new SimpleMeterRegistry())) {
            byte[] key = redis.keys().ofBucket(1, "n");
            server.pause();
            var unanswered = redis.call(Call.of("INCR", key));
            server.kill();
            assertThat(reason(unanswered)).isIn(Reason.DISCONNECTED, Reason.TIMEOUT);
            await().atMost(TestRedis.PATIENCE).until(() -> failureOf(redis, key) == Reason.CIRCUIT_OPEN);

            server.start();

            await().atMost(TestRedis.PATIENCE).until(() -> answers(redis, key));
            await().atMost(TestRedis.PATIENCE)
                    .ignoreExceptions()
                    .until(() -> await(redis.call(Call.of("EXISTS", redis.keys().ofBucket(1, "never"))))
                                    .number()
                            == 0);
        }
    }

    @Test
    void nodesOutliveAServerThatIsKilledAndComesBackEmptyWithinTheirLeases() {
        try (Redis redis = connect(new SimpleMeterRegistry())) {
            Heard heard = new Heard();
            RedisNodeRegistry a = RedisNodeRegistry.start(redis, RegistryTerms.of(LONG_LEASE, 8));
            RedisNodeRegistry b = RedisNodeRegistry.start(redis, RegistryTerms.of(LONG_LEASE, 8));
            try {
                NodeId first = await(a.join(() -> info("a"), heard));
                NodeId second = await(b.join(() -> info("b"), new Heard()));
                await().atMost(TestRedis.PATIENCE).until(() -> a.nodes().live().size() == 2);
                List<Integer> sizes = new CopyOnWriteArrayList<>();
                a.watch(nodes -> sizes.add(nodes.live().size()));

                server.kill();
                await().atMost(TestRedis.PATIENCE).until(() -> a.failure() != null);
                // Their renewals are due now, and not with the next third of the lease.
                a.announce();
                b.announce();
                server.start();

                await().atMost(TestRedis.PATIENCE).until(() -> listed(redis) == 2);
                await().atMost(TestRedis.PATIENCE).until(() -> a.failure() == null);
                assertThat(a.self()).isEqualTo(first);
                assertThat(b.self()).isEqualTo(second);
                assertThat(heard.lapsed).isEmpty();
                assertThat(sizes).containsOnly(2);
            } finally {
                a.close();
                b.close();
            }
        }
    }

    /** They keep serving while nobody can be asked; then they are others, and nobody is missed in between. */
    @Test
    void nodesWhoseLeasesEndWhileTheServerIsAwayAreKeptByAllAndComeBackAsOthers() {
        try (Redis redis = connect(new SimpleMeterRegistry())) {
            Heard heard = new Heard();
            RedisNodeRegistry a = RedisNodeRegistry.start(redis, RegistryTerms.of(LEASE, 8));
            RedisNodeRegistry b = RedisNodeRegistry.start(redis, RegistryTerms.of(LEASE, 8));
            try {
                NodeId first = await(a.join(() -> info("a"), heard));
                await(b.join(() -> info("b"), new Heard()));
                await().atMost(TestRedis.PATIENCE).until(() -> b.nodes().live().size() == 2);
                List<Integer> sizes = new CopyOnWriteArrayList<>();
                b.watch(nodes -> sizes.add(nodes.live().size()));

                long stopped = System.nanoTime();
                server.kill();
                await().atMost(TestRedis.PATIENCE)
                        .until(() -> System.nanoTime() - stopped
                                > LEASE.plusSeconds(1).toNanos());
                assertThat(a.self()).isEqualTo(first);
                assertThat(heard.lapsed).isEmpty();
                assertThat(a.failure()).contains("no lease renewal for");
                server.start();

                await().atMost(TestRedis.PATIENCE).until(() -> !heard.renewed.isEmpty() && listed(redis) == 2);
                assertThat(heard.lapsed).containsExactly(first);
                assertThat(a.self()).isEqualTo(heard.renewed.get(0)).isNotEqualTo(first);
                assertThat(sizes).doesNotContain(0);
                await().atMost(TestRedis.PATIENCE)
                        .until(() -> b.nodes().live().size() == 2 && !b.nodes().isLive(first.packed()));
            } finally {
                a.close();
                b.close();
            }
        }
    }

    private Redis connect(SimpleMeterRegistry registry) {
        try {
            return Redis.connect(config, registry);
        } catch (RedisStartException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int listed(Redis redis) {
        try {
            return LiveNodesScript.run(redis)
                    .toCompletableFuture()
                    .join()
                    .live()
                    .size();
        } catch (RuntimeException e) {
            return -1;
        }
    }

    private static boolean answers(Redis redis, byte[] key) {
        return redis.call(Call.of("SET", key, bytes("1")))
                .handle((reply, thrown) -> thrown == null)
                .toCompletableFuture()
                .join();
    }

    private static Reason failureOf(Redis redis, byte[] key) {
        return reason(redis.call(Call.of("GET", key)));
    }

    private static Reason reason(java.util.concurrent.CompletionStage<Reply> stage) {
        return stage.handle((reply, thrown) -> {
                    RedisFailure failure = thrown == null ? null : RedisFailure.in(thrown);
                    return failure == null ? Reason.ERROR : failure.reason();
                })
                .toCompletableFuture()
                .join();
    }

    private static NodeInfo info(String name) {
        return new NodeInfo(Role.GATEWAY, name, Map.of(), Load.NONE, false);
    }

    private static final class Heard implements LeaseListener {
        final List<NodeId> lapsed = new CopyOnWriteArrayList<>();
        final List<NodeId> renewed = new CopyOnWriteArrayList<>();

        @Override
        public void lapsed(NodeId id) {
            lapsed.add(id);
        }

        @Override
        public void renewed(NodeId id) {
            renewed.add(id);
        }
    }
}
