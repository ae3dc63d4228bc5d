package im.relay.apply;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lanes that are threads, {@code im-relay-0} and so on. Once closed they drop what they are handed. */
public final class ThreadLanes implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ThreadLanes.class);

    private final List<ThreadLane> lanes = new ArrayList<>();

    /** @param count 1 or more */
    public ThreadLanes(int count) {
        for (int i = 0; i < count; i++) {
            lanes.add(new ThreadLane("im-relay-" + i));
        }
    }

    Lane of(int partition) {
        return lanes.get(partition % lanes.size());
    }

    @Override
    public void close() {
        lanes.forEach(lane -> lane.executor.shutdownNow());
    }

    private static final class ThreadLane implements Lane {
        private final ScheduledThreadPoolExecutor executor;

        ThreadLane(String name) {
            executor = new ScheduledThreadPoolExecutor(1, task -> {
                Thread thread = new Thread(task, name);
                thread.setDaemon(true);
                return thread;
            });
            executor.setRemoveOnCancelPolicy(true);
        }

        @Override
        public void execute(Runnable task) {
            try {
                executor.execute(() -> guarded(task));
            } catch (RejectedExecutionException e) {
                LOG.debug("lane has ended");
            }
        }

        @Override
        public Timer after(Duration delay, Runnable task) {
            try {
                Future<?> future = executor.schedule(() -> guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
                return () -> future.cancel(false);
            } catch (RejectedExecutionException e) {
                LOG.debug("lane has ended");
                return () -> {};
            }
        }

        @Override
        public long millis() {
            return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
        }

        @Override
        public long wallMillis() {
            return System.currentTimeMillis();
        }

        private static void guarded(Runnable task) {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                LOG.atError().setCause(e).log("task on a lane failed");
            }
        }
    }
}
