package im.gateway.webhook;

import im.router.Presence;
import im.router.PresenceState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Finds out who has had no connection anywhere for a while. Those whose time has come are looked up together, a few times
 * a second, one lookup after the other. Any thread.
 */
final class OfflineWatch {
    /** Uids that may be waited for; those beyond are not told of. */
    static final int MOST = 200_000;

    static final int LOOK_AT_ONCE = 512;
    private static final long STEP_MILLIS = 100;
    /** What a store may take to note when somebody left; who was seen later than that was seen by another gateway. */
    private static final long NOTED_MILLIS = 1_000;

    private final Presence presence;
    private final long afterMillis;
    private final ScheduledExecutorService timer;
    private final Events events;
    /** When a connection of the uid last ended. */
    private final Map<String, Long> ended = new HashMap<>();

    /** One of each uid of {@link #ended}; it may have ended again meanwhile. */
    private final PriorityQueue<Due> due = new PriorityQueue<>((a, b) -> Long.compare(a.nanos - b.nanos, 0));

    private boolean looking;

    private record Due(String uid, long nanos) {}

    /**
     * What is told; called on any thread.
     *
     * @param wentOffline with each uid, once
     * @param overflow for each uid that found no room
     * @param unknown with the number of uids of which nobody could tell
     */
    record Events(Consumer<String> wentOffline, Runnable overflow, Consumer<Integer> unknown) {}

    OfflineWatch(Presence presence, Duration after, ScheduledExecutorService timer, Events events) {
        this.presence = presence;
        this.afterMillis = after.toMillis();
        this.timer = timer;
        this.events = events;
    }

    /** A connection of the uid has ended; its route goes about now. */
    void disconnected(String uid) {
        if (!add(uid, System.nanoTime())) {
            events.overflow.run();
        }
    }

    private synchronized boolean add(String uid, long endedNanos) {
        if (ended.replace(uid, endedNanos) != null) {
            return true;
        } else if (ended.size() >= MOST) {
            return false;
        }
        ended.put(uid, endedNanos);
        due.add(new Due(uid, dueNanos(endedNanos)));
        look(STEP_MILLIS);
        return true;
    }

    private long dueNanos(long endedNanos) {
        return endedNanos + TimeUnit.MILLISECONDS.toNanos(afterMillis);
    }

    private synchronized void look(long inMillis) {
        if (looking || due.isEmpty()) {
            return;
        }
        looking = true;
        try {
            var unused = timer.schedule(this::lookNow, inMillis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // Webhooks have stopped.
            return;
        }
    }

    private void lookNow() {
        List<String> some = takeDue(System.nanoTime());
        if (some.isEmpty()) {
            looked(STEP_MILLIS);
            return;
        }
        presence.read(some).whenComplete((states, failure) -> {
            if (states == null) {
                events.unknown.accept(some.size());
            } else {
                states.forEach(this::found);
            }
            looked(some.size() < LOOK_AT_ONCE ? STEP_MILLIS : 0);
        });
    }

    private synchronized void looked(long nextMillis) {
        looking = false;
        look(nextMillis);
    }

    private synchronized List<String> takeDue(long now) {
        List<String> taken = new ArrayList<>();
        for (Due first = due.peek();
                first != null && first.nanos - now <= 0 && taken.size() < LOOK_AT_ONCE;
                first = due.peek()) {
            due.remove();
            Long last = ended.get(first.uid);
            if (last == null) {
                continue;
            } else if (dueNanos(last) - now > 0) {
                due.add(new Due(first.uid, dueNanos(last)));
            } else {
                ended.remove(first.uid);
                taken.add(first.uid);
            }
        }
        return taken;
    }

    private void found(String uid, PresenceState state) {
        if (state.connected()) {
            return;
        }
        long idle = state.asOfMs() - state.lastSeenMs();
        // A time that is still to come is of a clock that was set back since, and says nothing.
        if (idle < 0 || idle >= afterMillis) {
            events.wentOffline.accept(uid);
        } else if (afterMillis - idle <= NOTED_MILLIS) {
            again(uid, afterMillis - idle);
        }
    }

    private synchronized void again(String uid, long inMillis) {
        if (!ended.containsKey(uid)) {
            add(uid, System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(afterMillis - inMillis));
        }
    }
}
