package im.relay.local;

import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * What the store takes from the world around it.
 *
 * @param clock the wall clock; the dedupe window reads it once, at the opening, so that setting it later neither opens
 *     nor closes that
 * @param nanos counts elapsed nanoseconds from any origin, and never goes back
 * @param random makes the log id
 * @param meters where metrics go
 */
public record Surroundings(Clock clock, LongSupplier nanos, RandomGenerator random, MeterRegistry meters) {

    public static Surroundings system(MeterRegistry meters) {
        return new Surroundings(Clock.systemUTC(), System::nanoTime, new SecureRandom(), meters);
    }
}
