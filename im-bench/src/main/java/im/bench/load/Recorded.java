package im.bench.load;

import org.HdrHistogram.Histogram;

/**
 * What became of one block of sends.
 *
 * @param seconds how long sending took
 * @param sent messages, in the block
 * @param delivered to another uid, of the messages of any block, while this one was sent
 * @param refused of this block
 * @param missing of this block's messages: without an answer, or accepted and not delivered, to each receiver, when waiting was over
 * @param results microseconds from the intended send time to the answer OK, of this block's messages
 * @param deliveries the same to the delivery, to the last receiver
 */
public record Recorded(
        double seconds,
        long sent,
        long delivered,
        long refused,
        long missing,
        Histogram results,
        Histogram deliveries) {

    /** Milliseconds. */
    public static double millis(Histogram histogram, double percentile) {
        return histogram.getTotalCount() == 0 ? Double.NaN : histogram.getValueAtPercentile(percentile) / 1_000.0;
    }
}
