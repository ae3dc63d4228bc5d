package im.router.redis;

import static org.assertj.core.api.Assertions.assertThat;

import im.router.redis.Redis.Call;
import im.router.redis.RedisFailure.Reason;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("im.servers.Requirement#redis")
class RedisIT {
    private static final Script ECHO = Script.of(RedisIT.class, "echo");

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final RedisConfig config = TestRedis.config();
    private Redis redis;

    @BeforeEach
    void connect() throws RedisStartException {
        redis = Redis.connect(config, registry);
    }

    @AfterEach
    void close() {
        redis.close();
    }

    @Test
    void aScriptThatTheServerDoesNotKnowRunsOnceAndIsKnownFromThenOn() {
        await(redis.call(Call.of("SCRIPT", bytes("FLUSH"))));
        byte[] key = redis.keys().ofBucket(1, "echo");

        for (int i = 1; i <= 2; i++) {
            Reply reply = await(redis.run(ECHO, new byte[][] {key}, bytes("\0ü")));
            assertThat(reply.number(0)).isEqualTo(i);
            assertThat(reply.bytes(1)).isEqualTo(bytes("\0ü"));
            assertThat(reply.isNull(2)).isTrue();
            assertThat(reply.at(3).text(0)).isEqualTo("\0ü");
        }
        assertThat(registry.timer("im.redis.call", "call", "echo").count()).isEqualTo(2);
    }

    @Test
    void manyCallsInOneGoAreAnsweredEachForItself() {
        byte[] number = redis.keys().ofBucket(1, "number");
        byte[] hash = redis.keys().ofBucket(2, "hash");

        List<CompletionStage<Reply>> told = await(redis.callAll(List.of(
                Call.of("SET", number, bytes("5")),
                Call.of("HGET", number, bytes("field")),
                Call.of("HSET", hash, bytes("f"), bytes("v")),
                Call.of("HGETALL", hash),
                Call.of("HGETALL", redis.keys().ofBucket(3, "nothing")),
                Call.of(ECHO, new byte[][] {number}, bytes("x")))));

        assertThat(await(told.get(0)).text()).isEqualTo("OK");
        assertThat(failureOf(told.get(1))).isEqualTo(Reason.ERROR);
        assertThat(await(told.get(3)).text(1)).isEqualTo("v");
        assertThat(await(told.get(4)).size()).isZero();
        assertThat(await(told.get(5)).number(0)).isEqualTo(6);
        assertThat(registry.get("im.redis.failures")
                        .tag("reason", "error")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void aCallOfTheTypeThatItIsNotIsAnErrorAndOpensNoCircuit() {
        byte[] number = redis.keys().ofBucket(1, "number");
        await(redis.call(Call.of("SET", number, bytes("5"))));

        for (int i = 0; i < 100; i++) {
            assertThat(failureOf(redis.call(Call.of("HGET", number, bytes("field")))))
                    .isEqualTo(Reason.ERROR);
        }

        assertThat(redis.failure()).isNull();
        assertThat(await(redis.call(Call.of("GET", number))).number()).isEqualTo(5);
    }

    @Test
    void moreCallsThanMayBeUnansweredFailAtOnceAndTheOthersAreAnswered() throws Exception {
        RedisConfig narrow = config.withLimits(config.connectTimeout(), config.commandTimeout(), 10, config.breaker());
        try (Redis bounded = Redis.connect(narrow, new SimpleMeterRegistry())) {
            byte[] key = bounded.keys().ofBucket(1, "n");
            List<Call> calls = new ArrayList<>();
            for (int i = 0; i < 11; i++) {
                calls.add(Call.of("INCR", key));
            }

            assertThat(failureOf(bounded.callAll(calls))).isEqualTo(Reason.TOO_MANY_IN_FLIGHT);

            List<CompletionStage<Reply>> told = await(bounded.callAll(calls.subList(0, 10)));
            assertThat(await(told.get(9)).number()).isEqualTo(10);
            assertThat(await(bounded.call(calls.get(0))).number()).isEqualTo(11);
        }
    }

    @Test
    void afterTheCloseCallsFailAndNoMeterIsLeft() throws Exception {
        redis.close();

        assertThat(failureOf(redis.call(Call.of("GET", bytes("x"))))).isEqualTo(Reason.CLOSED);
        assertThat(registry.getMeters()).isEmpty();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Reason failureOf(CompletionStage<?> stage) {
        Throwable thrown = stage.handle((value, failure) -> failure)
                .toCompletableFuture()
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
        RedisFailure failure = RedisFailure.in(thrown);
        assertThat(failure).isNotNull();
        return Objects.requireNonNull(failure).reason();
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }
}
