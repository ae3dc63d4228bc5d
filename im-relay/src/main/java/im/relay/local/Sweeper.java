package im.relay.local;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Once a second gives the writer a small slice of retention's work, unless the last one still waits. */
final class Sweeper implements AutoCloseable {
    private final Intake intake;
    private final AtomicBoolean waiting = new AtomicBoolean();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "im-store-sweep");
        thread.setDaemon(true);
        return thread;
    });

    Sweeper(Intake intake) {
        this.intake = intake;
    }

    void start() {
        var unused = timer.scheduleWithFixedDelay(this::sweepUnlessWaiting, 1, 1, TimeUnit.SECONDS);
    }

    private void sweepUnlessWaiting() {
        if (waiting.compareAndSet(false, true)) {
            sweep(() -> waiting.set(false));
        }
    }

    /** @param done runs on the writer thread, or here if it takes no more */
    void sweep(Runnable done) {
        if (intake.offer(new SweepJob(Runnable::run, done)) != Intake.Offered.TAKEN) {
            done.run();
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
