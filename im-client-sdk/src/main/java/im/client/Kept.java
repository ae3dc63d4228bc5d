package im.client;

import im.client.store.ClientStore;
import im.client.store.DeviceRecord;
import im.client.store.StoreUpdate;
import im.client.store.StoredSend;
import im.client.store.StoredState;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a session keeps: gathers changes and brings them to the store, one save at a time, on the thread for stores.
 * Without a store nothing is kept, and everything counts as saved at once. Event loop only, but for {@link Save#run}.
 *
 * <p>After a save that failed nothing is saved any more, and nobody who waits for one is told that it was.
 */
final class Kept {
    private static final Logger LOG = LoggerFactory.getLogger(Kept.class);

    private final EventLoop loop;
    private final Executor threads;
    private final @Nullable ClientStore store;

    private DeviceRecord device;
    private boolean cursorsVoid;
    private boolean deviceChanged;
    private Map<String, Long> cursors = new HashMap<>();
    private Map<String, Long> shown = new HashMap<>();
    private List<StoredSend> sends = new ArrayList<>();
    private Map<Long, Long> tried = new HashMap<>();
    private Set<Long> settled = new HashSet<>();
    private List<Waiting> waiting = new ArrayList<>();

    private boolean scheduled;
    private boolean saving;
    private boolean closed;
    /** The store's last call is on its way; what is noted from now on stays as it was. */
    private boolean closing;

    private boolean abandoned;
    private @Nullable Runnable onClosed;
    private @Nullable String failure;
    private Runnable onFailure = () -> {};

    private record Waiting(Runnable saved, Runnable failed) {}

    /** @param threads where the store is called; null {@code store} keeps nothing */
    Kept(EventLoop loop, Executor threads, @Nullable ClientStore store, StoredState loaded) {
        this.loop = loop;
        this.threads = threads;
        this.store = store;
        this.device = loaded.device();
    }

    boolean isDurable() {
        return store != null;
    }

    /** Told once, when a save has failed. */
    void onFailure(Runnable task) {
        onFailure = task;
    }

    /** Why nothing is saved any more; null if all is well. */
    @Nullable String failure() {
        return failure;
    }

    DeviceRecord device() {
        return device;
    }

    void device(UnaryOperator<DeviceRecord> change) {
        DeviceRecord changed = change.apply(device);
        if (!changed.equals(device)) {
            device = changed;
            deviceChanged = true;
            schedule();
        }
    }

    void cursor(String peer, long position) {
        cursors.put(peer, position);
        schedule();
    }

    void shown(String peer, long position) {
        shown.put(peer, position);
        schedule();
    }

    /** Another message log: what was noted of the old one is not written any more either. */
    void voidCursors() {
        cursorsVoid = true;
        cursors.clear();
        shown.clear();
        schedule();
    }

    void send(StoredSend send) {
        sends.add(send);
        schedule();
    }

    void tried(long number, long millis) {
        tried.put(number, millis);
        schedule();
    }

    void settled(long number) {
        settled.add(number);
        schedule();
    }

    /** Runs {@code saved} once everything noted until now is saved, at once if it is; or {@code failed} if it never will be. */
    void whenSaved(Runnable saved, Runnable failed) {
        if (failure != null) {
            failed.run();
        } else if (store == null || (!saving && waiting.isEmpty() && !isNoted())) {
            saved.run();
        } else {
            waiting.add(new Waiting(saved, failed));
            schedule();
        }
    }

    private boolean isNoted() {
        return cursorsVoid
                || deviceChanged
                || !cursors.isEmpty()
                || !shown.isEmpty()
                || !sends.isEmpty()
                || !tried.isEmpty()
                || !settled.isEmpty();
    }

    /** Saves what was noted, closes the store, and runs the task on the loop. */
    void close(Runnable task) {
        if (store == null || closed) {
            task.run();
            return;
        }
        closed = true;
        onClosed = task;
        schedule();
    }

    /** The loop has ended, and with it every save: lets go of the store, from any thread. Idempotent. */
    synchronized void abandon() {
        ClientStore left = store;
        if (left != null && !abandoned) {
            abandoned = true;
            try {
                left.close();
            } catch (IOException | RuntimeException e) {
                LOG.warn("store failed to close", e);
            }
        }
    }

    /** Once a turn of the loop, so that what one read of a socket brings is one save. */
    private void schedule() {
        if (store != null && !scheduled && !saving && !closing) {
            scheduled = true;
            loop.execute(this::begin);
        }
    }

    private void begin() {
        scheduled = false;
        if (saving) {
            return;
        }
        saving = true;
        Save save = new Save(isNoted() && failure == null ? take() : null, waiting, onClosed);
        waiting = new ArrayList<>();
        closing = onClosed != null;
        try {
            threads.execute(save);
        } catch (RejectedExecutionException e) {
            save.run();
        }
    }

    private StoreUpdate take() {
        StoreUpdate update =
                new StoreUpdate(cursorsVoid, deviceChanged ? device : null, cursors, shown, sends, tried, settled);
        cursorsVoid = false;
        deviceChanged = false;
        cursors = new HashMap<>();
        shown = new HashMap<>();
        sends = new ArrayList<>();
        tried = new HashMap<>();
        settled = new HashSet<>();
        return update;
    }

    private void ended(Save save, @Nullable String why) {
        saving = false;
        if (why != null && failure == null) {
            failure = why;
            onFailure.run();
        }
        for (Waiting one : save.waiting) {
            (failure == null ? one.saved : one.failed).run();
        }
        if (save.thenClosed != null) {
            save.thenClosed.run();
        } else if (closed || !waiting.isEmpty() || isNoted()) {
            schedule();
        }
    }

    /** One visit of the store. */
    private final class Save implements Runnable {
        private final @Nullable StoreUpdate update;
        private final List<Waiting> waiting;
        private final @Nullable Runnable thenClosed;

        Save(@Nullable StoreUpdate update, List<Waiting> waiting, @Nullable Runnable thenClosed) {
            this.update = update;
            this.waiting = waiting;
            this.thenClosed = thenClosed;
        }

        @Override
        public void run() {
            String why = visit();
            try {
                loop.execute(() -> ended(this, why));
            } catch (RejectedExecutionException e) {
                // The loop has ended, and the session with it: what was to be saved is saved.
                saving = false;
            }
        }

        private @Nullable String visit() {
            ClientStore to = store;
            if (to == null) {
                return null;
            }
            String why = null;
            try {
                if (update != null) {
                    to.save(update);
                }
            } catch (Throwable e) {
                // Also what an app's store should not throw: whoever waits for it has to be told.
                why = "store failed: " + e;
            }
            if (thenClosed != null) {
                why = closeStore(to, why);
            }
            return why;
        }

        private @Nullable String closeStore(ClientStore to, @Nullable String before) {
            try {
                to.close();
                return before;
            } catch (Throwable e) {
                return before == null ? "store failed to close: " + e : before;
            }
        }
    }
}
