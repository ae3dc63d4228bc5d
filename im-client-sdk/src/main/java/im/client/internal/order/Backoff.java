package im.client.internal.order;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: uniform between 1 ms and a bound that doubles from {@code min} to {@code
 * max} (full jitter, so that clients of a dead node spread), and starts over after a connection that lived.
 */
public final class Backoff {
    /** A connection has to live at least this long to count as one that lived. */
    private static final long MIN_LIFE_MILLIS = 1_000;

    private final long minMillis;
    private final long maxMillis;
    private final RandomGenerator random;
    private long boundMillis;

    public Backoff(Duration min, Duration max, RandomGenerator random) {
        this.minMillis = min.toMillis();
        this.maxMillis = max.toMillis();
        this.random = random;
        this.boundMillis = minMillis;
    }

    /** The delay before the next attempt, in ms; doubles the bound of the one after. */
    public long nextMillis() {
        long delay = random.nextLong(1, boundMillis + 1);
        boundMillis = boundMillis > maxMillis / 2 ? maxMillis : boundMillis * 2;
        return delay;
    }

    /** A connection ended that had lived so long since its Welcome; a short one changes nothing. */
    public void lived(long millis) {
        if (millis >= Math.max(MIN_LIFE_MILLIS, boundMillis)) {
            boundMillis = minMillis;
        }
    }

    /** What a server asked for, and up to a quarter on top, so that those it told the same do not come at once. */
    public static long spread(long askedMillis, RandomGenerator random) {
        return askedMillis + random.nextLong(askedMillis / 4 + 1);
    }
}
