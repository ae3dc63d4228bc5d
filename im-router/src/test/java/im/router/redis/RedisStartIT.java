package im.router.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.router.redis.RedisConfig.Kind;
import im.servers.FreePorts;
import im.servers.RedisConsole;
import im.servers.RedisServer;
import im.servers.ServerOptions;
import im.servers.Servers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What a start says that cannot be; each names the key, the address and what was expected. */
@Tag("once")
@EnabledIf("im.servers.Requirement#redis")
class RedisStartIT {

    @Test
    void aServerThatIsNotThereIsNamed() {
        int port = FreePorts.next();

        assertThat(startOf(RedisConfig.single("127.0.0.1", port)))
                .startsWith("redis.uris: 127.0.0.1:" + port)
                .contains("cannot be reached")
                .contains("redis.kind is single");
    }

    @Test
    void aPasswordThatIsMissingOrWrongIsSaidAndTheRightOneConnects() {
        try (RedisServer server = start(ServerOptions.defaults().set("requirepass", "right"))) {
            RedisConfig config = RedisConfig.single("127.0.0.1", server.port());

            assertThat(startOf(config))
                    .startsWith("redis.password: the server at 127.0.0.1:" + server.port())
                    .contains("without a password");
            assertThat(startOf(config.withCredentials(Optional.empty(), Optional.of("wrong"))))
                    .startsWith("redis.username, redis.password: the server at 127.0.0.1:" + server.port())
                    .doesNotContain("wrong\"")
                    .contains("expected those of the server");
            assertThat(startOf(config.withCredentials(Optional.of("nobody"), Optional.of("right"))))
                    .startsWith("redis.username, redis.password");
            assertThat(startOf(config.withCredentials(Optional.empty(), Optional.of("right"))))
                    .isEmpty();
            assertThat(startOf(config.withCredentials(Optional.of("default"), Optional.of("right"))))
                    .isEmpty();
        }
    }

    @Test
    void aPasswordThatANodeOfAClusterRefusesIsSaid() {
        try (RedisServer server =
                start(ServerOptions.defaults().set("cluster-enabled", "yes").set("requirepass", "right"))) {
            RedisConfig config = RedisConfig.of(Kind.CLUSTER, List.of(uri(server)), "");

            assertThat(startOf(config)).startsWith("redis.password: the server at 127.0.0.1:" + server.port());
            assertThat(startOf(config.withCredentials(Optional.empty(), Optional.of("wrong"))))
                    .startsWith("redis.username, redis.password: the server at 127.0.0.1:" + server.port());
        }
    }

    @Test
    void aServerThatEvictsIsRefused() {
        try (RedisServer server = start(ServerOptions.defaults().set("maxmemory-policy", "allkeys-lru"))) {
            assertThat(startOf(RedisConfig.single("127.0.0.1", server.port())))
                    .contains("127.0.0.1:" + server.port())
                    .contains("maxmemory-policy 'allkeys-lru', expected noeviction");
        }
    }

    @ParameterizedTest
    @CsvSource({"3600, behind", "-3600, ahead of"})
    void aClockFarFromTheServersIsRefused(int seconds, String server) {
        RedisConfig config =
                RedisConfig.single(Servers.redis().host(), Servers.redis().port());

        assertThat(startOf(config, Clock.offset(Clock.systemUTC(), Duration.ofSeconds(seconds))))
                .startsWith("redis.uris: the server at " + Servers.redis())
                .contains("has a clock that is 3")
                .contains(" s " + server + " this machine's, expected at most 5 s");
    }

    @Test
    void clocksThatDifferALittleAreTaken() {
        RedisConfig config =
                RedisConfig.single(Servers.redis().host(), Servers.redis().port());

        assertThat(startOf(config, Clock.offset(Clock.systemUTC(), Duration.ofSeconds(3))))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"SINGLE", "CLUSTER"})
    void aServerThatTakesLongerThanAConnectTimeoutIsWaitedFor(Kind kind) {
        try (RedisServer server = kind == Kind.CLUSTER ? startCluster() : start(ServerOptions.defaults())) {
            RedisConfig usual = RedisConfig.of(kind, List.of(uri(server)), "");
            RedisConfig hasty = usual.withLimits(
                    Duration.ofSeconds(1), Duration.ofSeconds(2), usual.maxInFlight(), usual.breaker());
            server.pause();
            CompletableFuture<Void> resumed = CompletableFuture.runAsync(
                    server::resume, CompletableFuture.delayedExecutor(1_500, TimeUnit.MILLISECONDS));

            assertThat(startOf(hasty)).isEmpty();
            resumed.join();
        }
    }

    @Test
    void aServerThatHangsIsGivenUp() {
        try (RedisServer server = start(ServerOptions.defaults())) {
            server.pause();
            try {
                RedisConfig usual = RedisConfig.single("127.0.0.1", server.port());
                RedisConfig hasty = usual.withLimits(
                                Duration.ofMillis(200), Duration.ofMillis(200), usual.maxInFlight(), usual.breaker())
                        .withStartTimeout(Duration.ofSeconds(1));

                assertThat(startOf(hasty)).contains("127.0.0.1:" + server.port());
            } finally {
                server.resume();
            }
        }
    }

    @Test
    void aConnectionThatEndsBeforeTheServerIsCheckedIsMadeAgain() throws IOException {
        try (EndsFirst relay = new EndsFirst(Servers.redis())) {
            assertThat(startOf(RedisConfig.single("127.0.0.1", relay.port()))).isEmpty();
            assertThat(relay.connections()).isGreaterThanOrEqualTo(2);
        }
    }

    @Test
    void theKindThatItIsNotIsRefused() {
        int port = FreePorts.next();
        try (RedisServer single = start(ServerOptions.defaults());
                RedisServer clustered =
                        start(ServerOptions.defaults().port(port).set("cluster-enabled", "yes"))) {
            assertThat(startOf(RedisConfig.of(Kind.CLUSTER, List.of(uri(single)), "")))
                    .contains("127.0.0.1:" + single.port());
            assertThat(startOf(RedisConfig.of(Kind.SINGLE, List.of(uri(clustered)), "")))
                    .contains("expected redis.kind to be cluster");
            assertThat(startOf(RedisConfig.of(Kind.CLUSTER, List.of(uri(clustered)), "")))
                    .contains("127.0.0.1:" + clustered.port());
            assertThat(startOf(RedisConfig.of(Kind.SENTINEL, List.of(uri(single)), "mymaster")
                            .withStartTimeout(Duration.ofSeconds(1))))
                    .contains("redis.kind is sentinel and redis.master mymaster");
        }
    }

    private static URI uri(RedisServer server) {
        return URI.create("redis://127.0.0.1:" + server.port());
    }

    /** Of one node. */
    private static RedisServer startCluster() {
        RedisServer server = start(ServerOptions.defaults().set("cluster-enabled", "yes"));
        TestRedis.giveSlots(server, 0, TestRedis.SLOTS);
        await().until(() -> RedisConsole.ask(server.address(), "CLUSTER INFO").contains("cluster_state:ok"));
        return server;
    }

    private static RedisServer start(ServerOptions options) {
        return RedisServer.start(Servers.temporaryFolder("redis-start"), options);
    }

    /** Empty when it started. */
    private static String startOf(RedisConfig config) {
        return startOf(config, Clock.systemUTC());
    }

    private static String startOf(RedisConfig config, Clock clock) {
        try {
            Redis.connect(config, new SimpleMeterRegistry(), clock).close();
            return "";
        } catch (RedisStartException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
