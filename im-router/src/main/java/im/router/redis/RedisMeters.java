package im.router.redis;

import im.router.redis.RedisFailure.Reason;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** {@code im_redis_…}. Safe from any thread. */
final class RedisMeters {
    private final MeterRegistry registry;
    private final Map<String, Timer> calls = new ConcurrentHashMap<>();
    private final Map<Reason, Counter> failures = new EnumMap<>(Reason.class);
    private final List<Meter> gauges;

    RedisMeters(MeterRegistry registry, AtomicInteger inFlight, CircuitBreaker breaker) {
        this.registry = registry;
        for (Reason reason : Reason.values()) {
            failures.put(
                    reason,
                    Counter.builder("im.redis.failures")
                            .description("calls to Redis without an answer, by reason")
                            .tag("reason", reason.label())
                            .register(registry));
        }
        gauges = List.of(
                Gauge.builder("im.redis.in.flight", inFlight, AtomicInteger::get)
                        .description("calls to Redis that have no answer yet")
                        .register(registry),
                Gauge.builder("im.redis.breaker", breaker, b -> Breakers.level(b.getState()))
                        .description("0 calls go through, 1 a few probe, 2 none is tried")
                        .register(registry));
    }

    /** @param call name of the script or command; there are few */
    void answered(String call, Timer.Sample sample) {
        sample.stop(calls.computeIfAbsent(
                call,
                name -> Timer.builder("im.redis.call")
                        .description("from the call to its answer")
                        .tag("call", name)
                        .register(registry)));
    }

    @SuppressWarnings("NullAway") // every reason has its counter from the start
    void failed(Reason reason, int count) {
        failures.get(reason).increment(count);
    }

    void close() {
        gauges.forEach(this::remove);
        calls.values().forEach(this::remove);
        failures.values().forEach(this::remove);
    }

    private void remove(Meter meter) {
        registry.remove(meter);
        meter.close();
    }
}
