package im.router.redis;

import static org.assertj.core.api.Assertions.assertThat;

import im.router.redis.RedisConfig.Kind;
import im.servers.FreePorts;
import im.servers.RedisServer;
import im.servers.ServerOptions;
import im.servers.Servers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

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
    void aServerThatEvictsIsRefused() {
        try (RedisServer server = start(ServerOptions.defaults().set("maxmemory-policy", "allkeys-lru"))) {
            assertThat(startOf(RedisConfig.single("127.0.0.1", server.port())))
                    .contains("127.0.0.1:" + server.port())
                    .contains("maxmemory-policy 'allkeys-lru', expected noeviction");
        }
    }

    @Test
    void aServerThatHangsIsGivenUp() {
        try (RedisServer server = start(ServerOptions.defaults())) {
            server.pause();
            try {
                RedisConfig usual = RedisConfig.single("127.0.0.1", server.port());
                RedisConfig hasty = usual.withLimits(
                        Duration.ofMillis(500), Duration.ofMillis(200), usual.maxInFlight(), usual.breaker());

                assertThat(startOf(hasty)).contains("127.0.0.1:" + server.port());
            } finally {
                server.resume();
            }
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
            assertThat(startOf(RedisConfig.of(Kind.SENTINEL, List.of(uri(single)), "mymaster")))
                    .contains("redis.kind is sentinel and redis.master mymaster");
        }
    }

    private static URI uri(RedisServer server) {
        return URI.create("redis://127.0.0.1:" + server.port());
    }

    private static RedisServer start(ServerOptions options) {
        return RedisServer.start(Servers.temporaryFolder("redis-start"), options);
    }

    /** Empty when it started. */
    private static String startOf(RedisConfig config) {
        try {
            Redis.connect(config, new SimpleMeterRegistry()).close();
            return "";
        } catch (RedisStartException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
