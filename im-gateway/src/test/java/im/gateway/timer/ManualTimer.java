package im.gateway.timer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** A thread and its clock, which go on when the test says so. The test's thread only. */
public final class ManualTimer extends AbstractExecutorService implements ScheduledExecutorService {
    private final PriorityQueue<Timed<?>> waiting = new PriorityQueue<>(
            Comparator.<Timed<?>>comparingLong(task -> task.due).thenComparingLong(task -> task.number));
    private long now;
    private long tasks;
    private boolean stopped;

    private final class Timed<V> extends FutureTask<V> implements ScheduledFuture<V> {
        private final long number = ++tasks;
        private final long interval;
        private long due;

        Timed(Callable<V> task, long delay, long interval) {
            super(task);
            this.interval = interval;
            this.due = now + Math.max(0, delay);
            if (stopped) {
                throw new RejectedExecutionException("stopped");
            }
            waiting.add(this);
        }

        void turn() {
            if (interval == 0) {
                run();
            } else if (runAndReset()) {
                due = now + interval;
                waiting.add(this);
            }
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(due - now, TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
        }
    }

    public long nanos() {
        return now;
    }

    /** Whatever is due is done. */
    public void run() {
        while (!waiting.isEmpty() && waiting.element().due <= now) {
            waiting.remove().turn();
        }
    }

    /** Time passes, and what becomes due meanwhile is done when it is. */
    public void advance(Duration time) {
        long end = now + time.toNanos();
        run();
        while (!waiting.isEmpty() && waiting.element().due <= end) {
            now = waiting.element().due;
            run();
        }
        now = end;
    }

    /** Time passes in which nothing is done. */
    public void pause(Duration time) {
        now += time.toNanos();
    }

    @Override
    public void execute(Runnable task) {
        var unused = schedule(task, 0, TimeUnit.NANOSECONDS);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        return new Timed<>(
                () -> {
                    task.run();
                    return true;
                },
                unit.toNanos(delay),
                0);
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
        return new Timed<>(task, unit.toNanos(delay), 0);
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, long first, long period, TimeUnit unit) {
        // Nothing in the gateway is timed so: after a pause of the process it would make up for all of it at once.
        throw new UnsupportedOperationException("only with a fixed delay");
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long first, long delay, TimeUnit unit) {
        return new Timed<>(
                () -> {
                    task.run();
                    return true;
                },
                unit.toNanos(first),
                unit.toNanos(delay));
    }

    @Override
    public void shutdown() {
        stopped = true;
        waiting.clear();
    }

    @Override
    public List<Runnable> shutdownNow() {
        List<Runnable> left = new ArrayList<>(waiting);
        shutdown();
        return left;
    }

    @Override
    public boolean isShutdown() {
        return stopped;
    }

    @Override
    public boolean isTerminated() {
        return stopped;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return stopped;
    }
}
