package im.router.redis;

import static im.router.redis.TestRedis.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.router.NodeId;
import im.router.Nodes;
import im.router.RouteDirectory.Mended;
import im.router.redis.Redis.Call;
import im.router.redis.RedisConfig.Kind;
import im.servers.RedisConsole;
import im.servers.RedisServer;
import im.servers.ServerOptions;
import im.servers.Servers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** A master, its replica, and a Sentinel that promotes it. */
@Tag("once")
@EnabledIf("im.servers.Requirement#redis")
class RedisSentinelIT {

    private static RedisServer master;
    private static RedisServer replica;
    private static RedisServer sentinel;

    @BeforeAll
    static void start() {
        master = RedisServer.start(Servers.temporaryFolder("redis-master"), ServerOptions.defaults());
        replica = RedisServer.startReplica(Servers.temporaryFolder("redis-replica"), master);
        sentinel = RedisServer.startSentinel(
                Servers.temporaryFolder("redis-sentinel"), "chat", master, Duration.ofSeconds(20));
    }

    @AfterAll
    static void stop() {
        sentinel.close();
        replica.close();
        master.close();
    }

    @Test
    void aPromotedReplicaIsFoundAndWhatItNeverGotIsMended() throws Exception {
        RedisConfig usual =
                RedisConfig.of(Kind.SENTINEL, List.of(URI.create("redis://127.0.0.1:" + sentinel.port())), "chat");
        RedisConfig config =
                usual.withLimits(usual.connectTimeout(), Duration.ofSeconds(5), usual.maxInFlight(), usual.breaker());
        try (Redis redis = Redis.connect(config, new SimpleMeterRegistry())) {
            NodeId self = new NodeId(0, 1_000);
            RedisRouteDirectory routes = new RedisRouteDirectory(
                    redis,
                    () -> self,
                    () -> Nodes.NONE,
                    (uid, device, connection, attempt) -> {},
                    new SimpleMeterRegistry(),
                    new Random(1),
                    System::nanoTime);
            await(routes.register("u", "d", 5, 11));
            await().atMost(TestRedis.PATIENCE)
                    .until(() -> RedisConsole.ask(replica.address(), "INFO replication")
                            .contains("master_link_status:up"));
            await().atMost(TestRedis.PATIENCE)
                    .until(() -> RedisConsole.ask(sentinel.address(), "SENTINEL REPLICAS chat")
                            .contains(Integer.toString(replica.port())));
            replica.pause();
            await(routes.register("u", "e", 5, 12));
            master.kill();
            replica.resume();

            await().atMost(TestRedis.PATIENCE)
                    .until(() -> redis.call(Call.of("INCR", redis.keys().ofBucket(1, "n")))
                            .handle((reply, thrown) -> thrown == null)
                            .toCompletableFuture()
                            .join());

            // A breaker that is trying again lets a few calls through, and a mending may be more than a few.
            await().atMost(TestRedis.PATIENCE)
                    .until(() -> routes.mend()
                            .handle((mended, thrown) -> thrown == null && mended.checked() == 2)
                            .toCompletableFuture()
                            .join());
            assertThat(await(routes.routesOf("u")).here()).containsExactlyInAnyOrder(11, 12);
            assertThat(await(routes.mend())).isEqualTo(new Mended(2, 0, 0));
        }
    }
}
