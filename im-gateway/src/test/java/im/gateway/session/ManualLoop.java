package im.gateway.session;

import im.gateway.connection.Loop;
import java.util.ArrayDeque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** An event loop on the test's own thread and clock: nothing runs until {@link #run} or {@link #advance} is called. */
public final class ManualLoop extends AbstractExecutorService implements ScheduledExecutorService {
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final PriorityQueue<Timer> timers = new PriorityQueue<>();
    private long nanos;
    public final Loop loop;

    public ManualLoop(long turnMillis) {
        this(turnMillis, 64 << 20);
    }

    ManualLoop(long turnMillis, long outboundBudget) {
        loop = new Loop(0, this, turnMillis, () -> nanos, outboundBudget);
    }

    public void run() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    /** The oldest task alone. */
    public void runOne() {
        tasks.remove().run();
    }

    public void advance(long millis) {
        long end = nanos + TimeUnit.MILLISECONDS.toNanos(millis);
        run();
        while (!timers.isEmpty() && timers.element().dueNanos <= end) {
            Timer timer = timers.remove();
            nanos = Math.max(nanos, timer.dueNanos);
            timer.run();
            run();
        }
        nanos = end;
    }

    /** Time passes in which nothing runs: the process was stopped, or the loop blocked. */
    void standStill(long millis) {
        nanos += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        return add(task, unit.toNanos(delay), 0);
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long initial, long delay, TimeUnit unit) {
        return add(task, unit.toNanos(initial), unit.toNanos(delay));
    }

    /** What is due at once needs no clock that goes on. */
    private Timer add(Runnable task, long delayNanos, long periodNanos) {
        Timer timer = new Timer(task, nanos + delayNanos, periodNanos);
        if (delayNanos == 0 && periodNanos == 0) {
            tasks.add(timer);
        } else {
            timers.add(timer);
        }
        return timer;
    }

    @Override
    public <V> ScheduledFuture<V> schedule(Callable<V> task, long delay, TimeUnit unit) {
        throw new UnsupportedOperationException("a session schedules tasks that run once and give nothing");
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, long initial, long period, TimeUnit unit) {
        throw new UnsupportedOperationException("a session schedules tasks that run once and give nothing");
    }

    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow() {
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return false;
    }

    @Override
    public boolean isTerminated() {
        return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return true;
    }

    private final class Timer extends FutureTask<Void> implements ScheduledFuture<Void> {
        private final Runnable task;
        private final long periodNanos;
        private long dueNanos;

        Timer(Runnable task, long dueNanos, long periodNanos) {
            super(task, null);
            this.task = task;
            this.dueNanos = dueNanos;
            this.periodNanos = periodNanos;
        }

        @Override
        public void run() {
            task.run();
            if (periodNanos > 0) {
                dueNanos = nanos + periodNanos;
                timers.add(this);
            }
        }

        @Override
        public long getDelay(TimeUnit unit) {
            return unit.convert(dueNanos - nanos, TimeUnit.NANOSECONDS);
        }

        @Override
        public int compareTo(Delayed other) {
            return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
        }
    }
}
