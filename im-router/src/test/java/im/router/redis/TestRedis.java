package im.router.redis;

import im.servers.Address;
import im.servers.Servers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** Connections to the server that the tests share, with keys that no other test has. */
final class TestRedis {
    private TestRedis() {}

    static RedisConfig config() {
        Address address = Servers.redis();
        return RedisConfig.single(address.host(), address.port()).withKeyPrefix("im-" + UUID.randomUUID() + ":");
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

    static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }
}
