package im.gateway.connection;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees an event loop that does not turn. One daemon thread gives each loop a probe every 400 ms, always the same object;
 * a loop that has not run it after a second is reported once, with what its thread is doing, and once more when it has
 * come back. Time in which this thread did not run either, because the whole process was paused, does not count.
 */
public final class LoopWatchdog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LoopWatchdog.class);
    static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(400);
    static final long BLOCKED_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final List<Probe> probes;
    private final LongSupplier nanoClock;
    private final Counter blocks;
    private final Timer lag;
    private final Thread thread = new Thread(this::run, "im-loop-watchdog");
    private long lastLookNanos;
    /** Nanoseconds that this thread has seen pass, at most two intervals from look to look. */
    private long watchedNanos;

    private volatile int blocked;
    private volatile boolean closed;

    /** @param nanoClock monotonic nanoseconds, {@link System#nanoTime} */
    LoopWatchdog(List<Loop> loops, MeterRegistry registry, LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.lastLookNanos = nanoClock.getAsLong();
        this.probes = loops.stream().map(Probe::new).toList();
        this.blocks = Counter.builder("im_gateway_loop_blocks_total")
                .description("Times that an event loop did not turn for more than a second")
                .register(registry);
        this.lag = Timer.builder("im_gateway_loop_lag")
                .description("How long a task waits for its event loop")
                .register(registry);
        Gauge.builder("im_gateway_loops_blocked", this, watchdog -> watchdog.blocked)
                .description("Event loops that have not turned for more than a second")
                .strongReference(true)
                .register(registry);
    }

    /** Watches the loops until it is closed, which must be before they are. */
    public static LoopWatchdog start(List<Loop> loops, MeterRegistry registry) {
        LoopWatchdog watchdog = new LoopWatchdog(loops, registry, System::nanoTime);
        watchdog.thread.setDaemon(true);
        watchdog.thread.start();
        return watchdog;
    }

    private void run() {
        while (!closed) {
            look();
            LockSupport.parkNanos(INTERVAL_NANOS);
        }
    }

    /** Looks at each loop's probe, and posts those that have been answered again. */
    void look() {
        long now = nanoClock.getAsLong();
        watchedNanos += Math.min(now - lastLookNanos, 2 * INTERVAL_NANOS);
        lastLookNanos = now;
        int stuck = 0;
        for (int i = 0; i < probes.size(); i++) {
            Probe probe = probes.get(i);
            judge(probe, now);
            stuck += probe.reported ? 1 : 0;
        }
        blocked = stuck;
    }

    private void judge(Probe probe, long now) {
        if (probe.waiting) {
            if (!probe.reported && watchedNanos - probe.postedWatchedNanos > BLOCKED_NANOS) {
                probe.reported = true;
                blocks.increment();
                reportBlocked(probe, now);
            }
            return;
        }
        if (probe.posted) {
            lag.record(probe.answeredNanos - probe.postedNanos, TimeUnit.NANOSECONDS);
        }
        if (probe.reported) {
            probe.reported = false;
            LOG.atWarn()
                    .addKeyValue("loop", probe.loop.index())
                    .addKeyValue("ms", millis(probe.answeredNanos - probe.postedNanos))
                    .log("event loop turns again");
        }
        post(probe, now);
    }

    private void post(Probe probe, long now) {
        probe.postedNanos = now;
        probe.postedWatchedNanos = watchedNanos;
        probe.posted = true;
        probe.waiting = true;
        try {
            probe.loop.execute(probe);
        } catch (RejectedExecutionException e) {
            // The loop has ended; there is nothing to watch.
            probe.posted = false;
            probe.waiting = false;
        }
    }

    private static void reportBlocked(Probe probe, long now) {
        LOG.atWarn()
                .addKeyValue("loop", probe.loop.index())
                .addKeyValue("ms", millis(now - probe.postedNanos))
                .addKeyValue("stack", stack(probe.thread))
                .log("event loop is blocked");
    }

    /** The frames from the innermost on, in one line; a loop that has never answered has no known thread. */
    private static String stack(@Nullable Thread thread) {
        if (thread == null) {
            return "unknown";
        }
        StringBuilder text = new StringBuilder(thread.getName());
        for (StackTraceElement frame : thread.getStackTrace()) {
            text.append(" < ").append(frame);
        }
        return text.toString();
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }

    /** Returns when no probe is posted any more. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** One loop's probe. The loop writes {@code thread} and {@code answeredNanos}, then {@code waiting}; this thread the rest. */
    private final class Probe implements Runnable {
        final Loop loop;

        @Nullable Thread thread;

        long answeredNanos;
        long postedNanos;
        long postedWatchedNanos;
        boolean posted;
        boolean reported;
        volatile boolean waiting;

        Probe(Loop loop) {
            this.loop = loop;
        }

        @Override
        public void run() {
            thread = Thread.currentThread();
            answeredNanos = nanoClock.getAsLong();
            waiting = false;
        }
    }
}
