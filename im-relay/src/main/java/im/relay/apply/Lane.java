package im.relay.apply;

import java.time.Duration;
import java.util.concurrent.Executor;

/** One thread's worth of order: tasks run one after the other, as they were handed over. Safe from any thread. */
public interface Lane extends Executor {

    /** Runs the task after a delay unless it is cancelled before. */
    Timer after(Duration delay, Runnable task);

    /** Elapsed time, milliseconds since some moment; never goes back. */
    long millis();

    /** The wall clock, milliseconds since 1970. */
    long wallMillis();

    /** A task that waits for its time. */
    interface Timer {
        void cancel();
    }
}
