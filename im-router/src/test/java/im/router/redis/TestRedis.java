package im.router.redis;

import im.servers.Address;
import im.servers.RedisConsole;
import im.servers.RedisServer;
import im.servers.Servers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Connections to the server that the tests share, with keys that no other test has. */
final class TestRedis {
    /** Of a Redis Cluster. */
    static final int SLOTS = 16_384;

    /** What a call is worth is not tested by how long it takes. */
    static final Duration PATIENCE = Duration.ofMinutes(5);

    /** As many as surely go into one line. */
    private static final int SLOTS_AT_A_TIME = 1_024;

    private TestRedis() {}

    static RedisConfig config() {
        Address address = Servers.redis();
        RedisConfig usual = RedisConfig.single(address.host(), address.port());
        return usual.withKeyPrefix("im-" + UUID.randomUUID() + ":")
                .withStartTimeout(PATIENCE)
                .withLimits(usual.connectTimeout(), PATIENCE, usual.maxInFlight(), usual.breaker());
    }

    static Redis connect(RedisConfig config) {
        try {
            return Redis.connect(config, new SimpleMeterRegistry());
        } catch (RedisStartException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Those from {@code first} and before {@code end}, of a cluster that is being set up. */
    static void giveSlots(RedisServer server, int first, int end) {
        for (int from = first; from < end; from += SLOTS_AT_A_TIME) {
            String some = IntStream.range(from, Math.min(end, from + SLOTS_AT_A_TIME))
                    .mapToObj(Integer::toString)
                    .collect(Collectors.joining(" "));
            RedisConsole.ask(server.address(), "CLUSTER ADDSLOTS " + some);
        }
    }

    static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }
}
