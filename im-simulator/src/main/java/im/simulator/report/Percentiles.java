package im.simulator.report;

import org.jspecify.annotations.Nullable;

/** Milliseconds, to the microsecond; null when nothing was recorded. */
public record Percentiles(
        long count,
        @Nullable Double p50,
        @Nullable Double p99,
        @Nullable Double p999,
        @Nullable Double max) {
    public static final Percentiles EMPTY = new Percentiles(0, null, null, null, null);
}
