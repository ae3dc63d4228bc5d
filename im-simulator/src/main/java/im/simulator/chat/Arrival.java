package im.simulator.chat;

import im.client.ImClientException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** The first connection of every client, a few hundred at a time. */
final class Arrival {
    private static final int AT_A_TIME = 256;
    private static final long TICK_NANOS = 100_000_000;

    private final Fleet fleet;
    private final Interruption interruption;
    private final long patienceNanos;
    private final Semaphore room = new Semaphore(AT_A_TIME);
    private final AtomicInteger arrived = new AtomicInteger();
    private final AtomicReference<@Nullable String> refused = new AtomicReference<>();

    /** @param patienceNanos how long to wait at most for one more to arrive */
    Arrival(Fleet fleet, long patienceNanos, Interruption interruption) {
        this.fleet = fleet;
        this.patienceNanos = patienceNanos;
        this.interruption = interruption;
    }

    /**
     * Waits until all are there.
     *
     * @param tick told every now and then how many are there
     * @return why they are not all there, empty if they are
     */
    String await(IntConsumer tick) {
        int next = 0;
        int known = 0;
        long progressNanos = System.nanoTime();
        while (known < fleet.size()) {
            while (next < fleet.size() && room.tryAcquire()) {
                connect(fleet.client(next++));
            }
            if (interruption.within(next < fleet.size() ? TICK_NANOS / 20 : TICK_NANOS)) {
                return "interrupted while connecting";
            }
            String why = refused.get();
            if (why != null) {
                return why;
            }
            long now = System.nanoTime();
            if (arrived.get() > known) {
                progressNanos = now;
            } else if (now - progressNanos > patienceNanos) {
                return missing(arrived.get());
            }
            known = arrived.get();
            tick.accept(known);
        }
        return "";
    }

    private String missing(int there) {
        String within = "within " + patienceNanos / 1_000_000 + " ms";
        return there == 0
                ? "the server was not reached " + within + fleet.trouble()
                : there + " of " + fleet.size() + " clients connected, and not one more " + within + fleet.trouble();
    }

    private void connect(VirtualClient client) {
        client.sdk().connect().whenComplete((nothing, failure) -> {
            room.release();
            if (failure == null) {
                arrived.incrementAndGet();
            } else {
                refused.compareAndSet(null, "the server refused a client for good: " + text(failure));
            }
        });
    }

    private static String text(Throwable failure) {
        Throwable cause =
                failure instanceof ImClientException || failure.getCause() == null ? failure : failure.getCause();
        return String.valueOf(cause.getMessage());
    }
}
