package im.simulator.report;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/** Records latencies with three digits, from 1 µs to an hour. Recording is wait-free, from any thread. */
public final class Latencies {
    private static final long MAX_MICROS = 3_600_000_000L;
    private static final int DIGITS = 3;

    private final Recorder recorder = new Recorder(MAX_MICROS, DIGITS);
    private @Nullable Histogram interval;
    private final Histogram total = new Histogram(MAX_MICROS, DIGITS);

    /** A time below zero counts as none; one above an hour as an hour. */
    public void record(long nanos) {
        recorder.recordValue(Math.min(Math.max(nanos / 1_000, 0), MAX_MICROS));
    }

    /** All recorded so far. */
    public synchronized Percentiles percentiles() {
        interval = recorder.getIntervalHistogram(interval);
        total.add(interval);
        if (total.getTotalCount() == 0) {
            return Percentiles.EMPTY;
        }
        return new Percentiles(total.getTotalCount(), at(50), at(99), at(99.9), total.getMaxValue() / 1_000.0);
    }

    private double at(double percentile) {
        return Math.min(total.getValueAtPercentile(percentile), total.getMaxValue()) / 1_000.0;
    }
}
