package im.client;

import io.netty.channel.EventLoop;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** One-shot timers on an event loop that can all be cancelled at once, so that none outlives its owner. Loop only. */
final class Timers {
    private final EventLoop loop;
    private final Set<Timer> pending = new HashSet<>();

    /** A task that waits; cancelling one that ran, or was cancelled, does nothing. */
    final class Timer implements Runnable {
        private final Runnable task;
        private Future<?> scheduled = CompletableFuture.completedFuture(null);

        private Timer(Runnable task) {
            this.task = task;
        }

        @Override
        public void run() {
            if (pending.remove(this)) {
                task.run();
            }
        }

        void cancel() {
            if (pending.remove(this)) {
                scheduled.cancel(false);
            }
        }
    }

    Timers(EventLoop loop) {
        this.loop = loop;
    }

    Timer after(long millis, Runnable task) {
        return afterNanos(TimeUnit.MILLISECONDS.toNanos(millis), task);
    }

    Timer afterNanos(long nanos, Runnable task) {
        Timer timer = new Timer(task);
        pending.add(timer);
        timer.scheduled = loop.schedule(timer, nanos, TimeUnit.NANOSECONDS);
        return timer;
    }

    void cancelAll() {
        pending.forEach(timer -> timer.scheduled.cancel(false));
        pending.clear();
    }
}
