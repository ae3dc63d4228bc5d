package im.client;

import im.client.internal.order.Missing;
import im.client.internal.order.Progress;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listeners' calls, in order and one at a time: what waits is taken in batches to the executor, the next batch
 * after the one before has come back. All state is the event loop's; only {@link Batch#run} is the executor's.
 *
 * <p>Bounded by the reader: above {@link #FULL_MESSAGES} or {@link #FULL_BYTES} the client stops reading its socket, so
 * that at most what one read of a socket brings comes on top.
 */
final class Callbacks {
    static final int FULL_MESSAGES = 1_024;
    static final int FULL_BYTES = 1024 * 1024;

    private static final int BATCH = 128;
    /** Before calls that the executor refused are offered again. */
    private static final long RETRY_MILLIS = 100;

    private static final Logger LOG = LoggerFactory.getLogger(Callbacks.class);

    /** Told on the event loop. */
    interface Owner {
        /** The message listener has returned from the message. */
        void shown(Progress conversation, long position);

        /** The app was told of a truncation. */
        void told(Progress conversation, Missing missing);

        /** The app was told of a truncation anywhere, and so of all that came before this time. */
        void caughtUp(long completeAsOfMillis);

        /** The app was told how a send of an earlier run has ended. */
        void outcomeTold(RestoredSend send);

        /** These calls are about to be made: {@code go} makes them, at once or later. */
        void aboutToCall(List<Call> calls, Runnable go);

        /** A batch has come back: acknowledge, and read on if there is room again. */
        void batchDone();
    }

    private final EventLoop loop;
    private final Executor executor;
    private final Listeners listeners;
    private final Owner owner;
    private final Deque<Call> waiting = new ArrayDeque<>();

    private int waitingBytes;
    private boolean scheduled;
    private @Nullable Batch running;
    private @Nullable Runnable whenQuiet;
    private volatile boolean ended;

    Callbacks(EventLoop loop, Executor executor, Listeners listeners, Owner owner) {
        this.loop = loop;
        this.executor = executor;
        this.listeners = listeners;
        this.owner = owner;
    }

    void add(Call call) {
        waiting.addLast(call);
        waitingBytes += call.sizeBytes();
        schedule();
    }

    boolean isFull() {
        return waiting.size() >= FULL_MESSAGES || waitingBytes >= FULL_BYTES;
    }

    boolean hasRoom() {
        return waiting.size() <= FULL_MESSAGES / 2 && waitingBytes <= FULL_BYTES / 2;
    }

    int waiting() {
        return waiting.size() + (running == null ? 0 : running.calls.size() - running.returned);
    }

    /**
     * Makes no more calls but those that outlive the client.
     *
     * @param quiet runs when no listener is in a call; never if the one that is does not return, at once if it is that
     *     one's thread which ends the client
     */
    void stop(Thread by, Runnable quiet) {
        end();
        if (running == null || running.thread == by) {
            quiet.run();
        } else {
            whenQuiet = quiet;
        }
    }

    /** Drops the calls that wait; changes of state are still told. */
    void end() {
        ended = true;
        waiting.removeIf(call -> !call.outlivesClient());
        waitingBytes = 0;
    }

    /** Once a turn of the loop, so that what one read brings is one batch. */
    private void schedule() {
        if (!scheduled && running == null) {
            scheduled = true;
            loop.execute(this::submit);
        }
    }

    private void submit() {
        scheduled = false;
        Batch batch = new Batch();
        while (batch.calls.size() < BATCH && !waiting.isEmpty()) {
            batch.calls.add(waiting.removeFirst());
        }
        running = batch;
        owner.aboutToCall(batch.calls, () -> start(batch));
    }

    private void start(Batch batch) {
        try {
            executor.execute(batch);
        } catch (RuntimeException e) {
            refused(batch, e);
        }
    }

    /** At the client's end its own pool may have ended first: the last change of state is then told from here. */
    private void refused(Batch batch, RuntimeException why) {
        if (ended) {
            batch.run();
        } else {
            LOG.warn("callback executor refused; what waits is offered again in {} ms", RETRY_MILLIS, why);
            putBack(batch);
            scheduled = true;
            loop.schedule(this::submit, RETRY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void putBack(Batch batch) {
        for (int i = batch.calls.size() - 1; i >= 0; i--) {
            waiting.addFirst(batch.calls.get(i));
        }
        running = null;
    }

    /** The owner is told of what the listener has returned from by now, also in a batch that still runs. */
    void tellShown() {
        if (running != null) {
            tellShown(running);
        }
    }

    private void tellShown(Batch batch) {
        for (int until = batch.returned; batch.told < until; batch.told++) {
            Call call = batch.calls.get(batch.told);
            waitingBytes -= call.sizeBytes();
            call.returned(owner);
        }
    }

    private void done(Batch batch) {
        running = null;
        tellShown(batch);
        if (!waiting.isEmpty()) {
            schedule();
        }
        if (!ended) {
            owner.batchDone();
        } else if (whenQuiet != null) {
            Runnable quiet = whenQuiet;
            whenQuiet = null;
            quiet.run();
        }
    }

    private final class Batch implements Runnable {
        final List<Call> calls = new ArrayList<>();
        /** How many calls the listeners have returned from, up to the first that was not made; the executor's. */
        volatile int returned;
        /** Where the calls are made. */
        volatile @Nullable Thread thread;
        /** How many of those the owner was told of. */
        int told;

        @Override
        public void run() {
            thread = Thread.currentThread();
            try {
                for (int i = 0; i < calls.size(); i++) {
                    boolean made = make(calls.get(i));
                    if (made && returned == i) {
                        returned = i + 1;
                    }
                }
            } finally {
                thread = null;
                if (loop.inEventLoop()) {
                    done(this);
                } else {
                    returnToLoop();
                }
            }
        }

        private boolean make(Call call) {
            if (ended && !call.outlivesClient()) {
                return false;
            }
            try {
                call.make(listeners);
            } catch (Throwable e) {
                // Errors, and what other languages throw unchecked: the calls behind it are to be made all the same.
                LOG.warn("listener failed; counts as done", e);
            }
            return true;
        }

        private void returnToLoop() {
            try {
                loop.execute(() -> done(this));
            } catch (RejectedExecutionException e) {
                LOG.debug("event loop is closed, its client's last callbacks are not acknowledged");
            }
        }
    }
}
