package im.relay.local;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The writer's bounded queue. Jobs wake the writer at once; cursor raises wait for the next job, but at most
 * {@link #RAISE_DELAY_NANOS}, so that acknowledgements alone do not cost a sync each. Offers are safe from any thread
 * and hold a lock for a few instructions only.
 */
final class Intake {
    enum Offered {
        TAKEN,
        FULL,
        CLOSED
    }

    /** What the writer commits next: jobs in the order of their offers, and raises. */
    record Taken(List<Job> jobs, List<Raise> raises, Set<Touched> touched, Map<String, Long> seen) {}

    /** A device that was in use. */
    record Touched(String uid, String device) {}

    static final long RAISE_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private static final int COMMIT_MESSAGES = 1_024;
    private static final long COMMIT_BYTES = 4 << 20;
    private static final int RAISES_EARLY = 4_096;
    private static final int RAISES = 65_536;
    private static final int TOUCHES = 8_192;
    private static final int SEEN = 65_536;

    private final int maxMessages;
    private final long maxBytes;
    private final ArrayDeque<Job> jobs = new ArrayDeque<>();
    private List<Raise> raises = new ArrayList<>();
    private Set<Touched> touched = new HashSet<>();
    /** Uid → when it was last connected, milliseconds since 1970. */
    private Map<String, Long> seen = new HashMap<>();

    private long firstRaiseNanos;
    private int messages;
    private long bytes;
    private boolean closed;

    Intake(int maxMessages, long maxBytes) {
        this.maxMessages = maxMessages;
        this.maxBytes = maxBytes;
    }

    synchronized Offered offer(Job job) {
        if (closed) {
            return Offered.CLOSED;
        }
        if (messages + job.messages() > maxMessages || bytes + job.bytes() > maxBytes) {
            return Offered.FULL;
        }
        messages += job.messages();
        bytes += job.bytes();
        jobs.add(job);
        if (jobs.size() == 1) {
            notifyAll();
        }
        return Offered.TAKEN;
    }

    synchronized Offered offer(Raise raise) {
        if (closed) {
            return Offered.CLOSED;
        }
        if (raises.size() >= RAISES) {
            return Offered.FULL;
        }
        raises.add(raise);
        if (raises.size() == 1) {
            firstRaiseNanos = System.nanoTime();
            notifyAll();
        } else if (raises.size() == RAISES_EARLY) {
            notifyAll();
        }
        return Offered.TAKEN;
    }

    /** Goes with the next commit, whatever it is for; above the bound it is dropped. */
    synchronized void touch(Touched device) {
        if (touched.size() < TOUCHES) {
            touched.add(device);
        }
    }

    /** As {@link #touch}. */
    synchronized void seen(String uid, long ms) {
        if (seen.size() < SEEN) {
            seen.merge(uid, ms, Math::max);
        }
    }

    /** Waits for what is next; null when the queue is closed and empty. An interrupt is nobody's business and ignored. */
    synchronized @Nullable Taken take() {
        while (jobs.isEmpty() && !closed && !isRaiseDue()) {
            try {
                wait(waitMs());
            } catch (InterruptedException e) {
                continue;
            }
        }
        return jobs.isEmpty() && raises.isEmpty() && seen.isEmpty() ? null : drain();
    }

    private boolean isRaiseDue() {
        return raises.size() >= RAISES_EARLY || (!raises.isEmpty() && raiseDelayNanos() <= 0);
    }

    private long raiseDelayNanos() {
        return firstRaiseNanos + RAISE_DELAY_NANOS - System.nanoTime();
    }

    /** Until the raises are due; 0, which is for ever, where there are none. */
    private long waitMs() {
        return raises.isEmpty() ? 0 : Math.max(1, TimeUnit.NANOSECONDS.toMillis(raiseDelayNanos()));
    }

    /** From now on everything is refused; what is queued is still taken. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }

    synchronized int messages() {
        return messages;
    }

    private Taken drain() {
        List<Job> taken = new ArrayList<>();
        int takenMessages = 0;
        long takenBytes = 0;
        while (!jobs.isEmpty() && takenMessages < COMMIT_MESSAGES && takenBytes < COMMIT_BYTES) {
            Job job = jobs.remove();
            taken.add(job);
            takenMessages += job.messages();
            takenBytes += job.bytes();
        }
        messages -= takenMessages;
        bytes -= takenBytes;
        List<Raise> takenRaises = raises;
        raises = new ArrayList<>();
        Set<Touched> takenTouched = touched;
        touched = new HashSet<>();
        Map<String, Long> takenSeen = seen;
        seen = new HashMap<>();
        return new Taken(taken, takenRaises, takenTouched, takenSeen);
    }
}
