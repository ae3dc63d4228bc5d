package im.router.redis;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.util.Locale;

/** The circuit breaker as it is set up here: it counts calls, and the first ones after its time open are the probe. */
final class Breakers {
    private Breakers() {}

    static CircuitBreaker of(RedisConfig.Breaker settings) {
        return CircuitBreaker.of(
                "redis",
                CircuitBreakerConfig.custom()
                        .slidingWindow(
                                settings.window(),
                                settings.minimumCalls(),
                                CircuitBreakerConfig.SlidingWindowType.COUNT_BASED,
                                CircuitBreakerConfig.SlidingWindowSynchronizationStrategy.LOCK_FREE)
                        .failureRateThreshold(settings.failureRate())
                        .waitDurationInOpenState(settings.open())
                        .permittedNumberOfCallsInHalfOpenState(settings.probes())
                        .writableStackTraceEnabled(false)
                        .build());
    }

    static String label(CircuitBreaker.State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    /** 0 closed, 1 half open, 2 open. */
    static int level(CircuitBreaker.State state) {
        return switch (state) {
            case CLOSED, DISABLED, METRICS_ONLY -> 0;
            case HALF_OPEN -> 1;
            case OPEN, FORCED_OPEN -> 2;
        };
    }
}
