package im.testkit.load;

import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Apps that come and go, lose their connections and start again, on a thread of its own, whatever else happens. They
 * belong to that thread until {@link #stop} has returned. All else by one thread.
 */
public final class Visitors implements AutoCloseable {
    private static final int PAUSE_MILLIS = 250;
    private static final long PATIENCE_MILLIS = 60_000;

    private final List<App> apps;
    private final Random random;
    private final Thread thread = new Thread(this::run, "visitors");
    private volatile boolean stopped;
    private volatile @Nullable Throwable failure;
    private volatile int visits;

    public Visitors(Stage stage, List<App> apps) {
        this.apps = List.copyOf(apps);
        this.random = new Random(~stage.seed());
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            for (int turn = 0; !stopped; turn++) {
                visit(apps.get(turn % apps.size()));
                visits = turn;
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(2 * PAUSE_MILLIS)));
            }
        } catch (RuntimeException | Error e) {
            failure = e;
        }
    }

    private void visit(App app) {
        switch (random.nextInt(4)) {
            case 0 -> app.disconnect();
            case 1 -> app.restart();
            case 2 -> app.proxy().cut();
            default -> {}
        }
        if (random.nextInt(3) > 0) {
            app.connect();
        }
    }

    /** How often one of them has done something. */
    public int visits() {
        return visits;
    }

    /** They stay as they are from now on, and are the caller's. */
    public void stop() {
        close();
        try {
            thread.join(PATIENCE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        Throwable cause = failure;
        if (cause != null || thread.isAlive()) {
            throw new IllegalStateException("visitors ended early, or do not end", cause);
        }
    }

    @Override
    public void close() {
        stopped = true;
        LockSupport.unpark(thread);
    }
}
