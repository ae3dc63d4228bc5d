package im.testkit.load;

import static im.testkit.Patience.PATIENCE;

import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A step that is done again and again on a thread of its own until it is told to stop, or fails: then the failure is told
 * to whoever looks. Any thread.
 */
public final class Repeated implements AutoCloseable {
    private final LongSupplier step;
    private final Thread thread;
    private volatile boolean stopped;
    private volatile @Nullable Throwable failure;

    private Repeated(String name, LongSupplier step) {
        this.step = step;
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    /**
     * Begins at once.
     *
     * @param name of the thread
     * @param step returns for how many nanoseconds to rest before the next; 0 or less for none
     */
    public static Repeated begin(String name, LongSupplier step) {
        Repeated repeated = new Repeated(name, step);
        repeated.thread.start();
        return repeated;
    }

    private void run() {
        try {
            while (!stopped) {
                LockSupport.parkNanos(step.getAsLong());
            }
        } catch (RuntimeException | Error e) {
            failure = e;
        }
    }

    /** Whether the last step failed. */
    public boolean hasFailed() {
        return failure != null;
    }

    /** @throws IllegalStateException when the last step failed */
    public void check() {
        Throwable cause = failure;
        if (cause != null) {
            throw new IllegalStateException(thread.getName() + " ended early", cause);
        }
    }

    /**
     * Returns when the last step has been done.
     *
     * @throws IllegalStateException when it failed, or is not done in time
     */
    public void stop() {
        close();
        try {
            thread.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        check();
        if (thread.isAlive()) {
            throw new IllegalStateException(thread.getName() + " does not end");
        }
    }

    /** The step under way is the last one; returns at once. */
    @Override
    public void close() {
        stopped = true;
        LockSupport.unpark(thread);
    }
}
