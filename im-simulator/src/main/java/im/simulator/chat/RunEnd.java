package im.simulator.chat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The end of a run, which whoever waits for a moment of it does not outlast. Any thread. */
final class RunEnd {
    private final CountDownLatch reached = new CountDownLatch(1);

    /** Nobody waits any longer. */
    void reach() {
        reached.countDown();
    }

    /**
     * Blocks until then, by {@link System#nanoTime}.
     *
     * @return whether the run still goes on
     */
    boolean waitUntil(long nanos) {
        try {
            return !reached.await(nanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
