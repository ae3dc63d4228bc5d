package im.relay.local;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The log's clock: milliseconds that never go back, not even across restarts. It starts at the wall clock, or at the
 * last time stored if that is later, and goes on by elapsed time, so that setting the wall clock while the server runs
 * cannot close the dedupe window over retries that are under way.
 */
final class LogClock {
    private final LongSupplier nanos;
    private final long originNanos;
    private final long originMs;

    LogClock(LongSupplier nanos, long wallMs, long storedMs) {
        this.nanos = nanos;
        this.originNanos = nanos.getAsLong();
        this.originMs = Math.max(wallMs, storedMs);
    }

    long nowMs() {
        return originMs + TimeUnit.NANOSECONDS.toMillis(nanos() - originNanos);
    }

    long nanos() {
        return nanos.getAsLong();
    }
}
