package im.bench.load;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.HdrHistogram.Histogram;

/**
 * One block of sends: times with exponential intervals, fixed before it begins, whatever the server does. Event loop only.
 */
final class Block {
    private static final long MAX_MICROS = 600_000_000;
    private static final int DIGITS = 3;

    final CompletableFuture<Void> ended = new CompletableFuture<>();
    final long firstNumber;
    private final Histogram results = new Histogram(MAX_MICROS, DIGITS);
    private final Histogram deliveries = new Histogram(MAX_MICROS, DIGITS);
    private final SplittableRandom random;
    private final double meanNanos;
    private final long startNanos;
    private final long durationNanos;
    private double nextOffset;
    private long sent;
    private long answered;
    private long accepted;
    private long delivered;
    private long refused;
    private long deliveredAtEnd;
    private long endedNanos;
    private long deliveredOfAny;
    private final int receivers;
    /** Of each message of a group how many have it; only where there is more than one receiver. */
    private int[] reached = new int[0];

    /**
     * @param firstNumber of its messages, which count up from there
     * @param receivers of each message
     */
    Block(long firstNumber, int receivers, double rate, long durationNanos, long seed, long nowNanos) {
        this.firstNumber = firstNumber;
        this.receivers = receivers;
        this.meanNanos = 1e9 / rate;
        this.durationNanos = durationNanos;
        this.startNanos = nowNanos;
        this.random = new SplittableRandom(seed);
        advance();
    }

    private void advance() {
        nextOffset += -Math.log(1 - random.nextDouble()) * meanNanos;
    }

    /** When the next one is due; negative when it was. {@link Long#MAX_VALUE} after the last. */
    long dueIn(long nowNanos) {
        return nextOffset >= durationNanos ? Long.MAX_VALUE : startNanos + (long) nextOffset - nowNanos;
    }

    boolean isOver(long nowNanos) {
        return nowNanos - startNanos >= durationNanos && nextOffset >= durationNanos;
    }

    /** Takes the next one; its intended time. */
    long take() {
        long intended = startNanos + (long) nextOffset;
        sent++;
        advance();
        return intended;
    }

    int chooseOf(int clients) {
        return random.nextInt(clients);
    }

    boolean owns(long number) {
        return number >= firstNumber && number < firstNumber + sent;
    }

    void accepted(long number, long nanos) {
        if (owns(number)) {
            answered++;
            accepted++;
            results.recordValue(micros(nanos));
        }
    }

    void refused(long number) {
        if (owns(number)) {
            answered++;
            refused++;
        }
    }

    void delivered(long number, long nanos) {
        deliveredOfAny++;
        if (owns(number)) {
            delivered++;
            if (isLast(number)) {
                deliveries.recordValue(micros(nanos));
            }
        }
    }

    /** Whether it has now reached its last receiver. */
    private boolean isLast(long number) {
        if (receivers == 1) {
            return true;
        }
        int message = (int) (number - firstNumber);
        if (message >= reached.length) {
            reached = Arrays.copyOf(reached, Math.max(1_024, 2 * message));
        }
        return ++reached[message] == receivers;
    }

    private static long micros(long nanos) {
        return Math.min(Math.max(nanos / 1_000, 0), MAX_MICROS);
    }

    void end(long nowNanos) {
        endedNanos = nowNanos;
        deliveredAtEnd = deliveredOfAny;
        ended.complete(null);
    }

    boolean isSettled() {
        return answered == sent && delivered >= accepted * receivers;
    }

    Recorded recorded() {
        return new Recorded(
                (endedNanos - startNanos) / 1e9,
                sent,
                deliveredAtEnd,
                refused,
                Math.max(0, sent - answered) + Math.max(0, accepted * receivers - delivered),
                results,
                deliveries);
    }
}
