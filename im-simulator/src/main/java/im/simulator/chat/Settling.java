package im.simulator.chat;

import im.simulator.ledger.Ledger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleConsumer;

/** The last phase: nothing new is sent, everybody is back, what is missing is waited for. */
final class Settling {
    private static final long TICK_NANOS = 100_000_000;
    /** After everything has arrived: time for what should not come, a second callback for instance. */
    private static final long QUIET_NANOS = 1_000_000_000L;
    /** Time for what was on its way when sending was interrupted. */
    private static final long INTERRUPTED_NANOS = 3_000_000_000L;
    /** Something came within this time before the end: it was still moving. */
    private static final long MOVING_NANOS = 5_000_000_000L;

    private final Fleet fleet;
    private final Ledger ledger;
    private final long patienceNanos;
    private final Interruption interruption;
    private long lastSum = -1;
    private long lastMoveNanos = System.nanoTime();

    Settling(Fleet fleet, Ledger ledger, long patienceNanos, Interruption interruption) {
        this.fleet = fleet;
        this.ledger = ledger;
        this.patienceNanos = patienceNanos;
        this.interruption = interruption;
    }

    /**
     * Waits until all clients are live, every send has its outcome and every accepted message is where it belongs, and
     * then for a quiet second; at most as long as it was told, and only shortly when sending was interrupted.
     *
     * @param tick told every now and then which part of the time is over, 0–1
     * @return whether something still moved at the end
     */
    boolean await(DoubleConsumer tick) {
        long start = System.nanoTime();
        long now = start;
        boolean wasInterrupted = interruption.isAsked();
        long atMostNanos = wasInterrupted ? Math.min(patienceNanos, INTERRUPTED_NANOS) : patienceNanos;
        while (now - start < atMostNanos) {
            boolean complete = ledger.settled() && fleet.live() == fleet.size();
            if (complete && now - lastMoveNanos >= QUIET_NANOS) {
                return false;
            }
            if (wasInterrupted) {
                LockSupport.parkNanos(TICK_NANOS);
            } else if (interruption.within(TICK_NANOS)) {
                break;
            }
            now = System.nanoTime();
            noteMoves(now);
            tick.accept((now - start) / (double) atMostNanos);
        }
        return now - lastMoveNanos < Math.min(MOVING_NANOS, atMostNanos / 2);
    }

    private void noteMoves(long now) {
        long sum = ledger.accepted() + ledger.firstCallbacks();
        if (sum != lastSum) {
            lastSum = sum;
            lastMoveNanos = now;
        }
    }
}
