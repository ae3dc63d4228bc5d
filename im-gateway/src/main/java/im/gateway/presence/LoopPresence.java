package im.gateway.presence;

import im.gateway.connection.Loop;
import im.router.Presence;
import im.router.PresenceState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the connections of one event loop watch. A hint, the end of a grace time and each heartbeat make it look: what it
 * reads is compared with what was told, and who subscribed hears of a difference. So a flicker is none, a hint that was
 * lost is made good by the next heartbeat, and a late or doubled one changes nothing. Event loop only, except
 * {@link #changed}.
 */
public final class LoopPresence {
    /** Uids that one loop watches at most: about 50 MB. */
    static final int MAX_WATCHED = 1 << 18;

    static final int LOOK_AT_ONCE = 512;
    /** Hints of one moment are looked into together. */
    static final int GATHER_MILLIS = 20;

    private final Loop loop;
    private final Presence presence;
    private final Interest interest;
    private final PresenceMeters meters;
    private final long heartbeatMillis;
    private final Map<String, Watched> watched = new HashMap<>();
    private final Set<String> due = new LinkedHashSet<>();
    private boolean looking;
    private boolean beating;

    LoopPresence(Loop loop, Presence presence, Interest interest, PresenceMeters meters, long heartbeatMillis) {
        this.loop = loop;
        this.presence = presence;
        this.interest = interest;
        this.meters = meters;
        this.heartbeatMillis = heartbeatMillis;
    }

    /** A uid that at least one connection of this loop subscribed to. */
    private static final class Watched {
        final Set<SessionPresence> by = new HashSet<>(2);
        /** Subscriptions, those that have no answer yet among them. */
        int holds;

        @Nullable PresenceState told;

        /** When it was last found connected. */
        long connectedAsOfMs;

        boolean lookPlanned;
    }

    PresenceMeters meters() {
        return meters;
    }

    /** What is so now; null when nobody can tell. */
    void read(Collection<String> uids, BiConsumer<@Nullable Map<String, PresenceState>, @Nullable Throwable> then) {
        presence.read(uids)
                .whenComplete((states, failure) -> onLoop(() -> {
                    if (failure != null) {
                        meters.failedReads.increment();
                    }
                    then.accept(states, failure);
                }));
    }

    /**
     * Takes uids for one subscription more each.
     *
     * @return completes, on any thread, when what changes from then on is heard; null when that would be too many
     */
    @Nullable CompletableFuture<Void> hold(Collection<String> uids) {
        List<String> fresh = new ArrayList<>();
        for (String uid : uids) {
            if (!watched.containsKey(uid)) {
                fresh.add(uid);
            }
        }
        if (watched.size() + fresh.size() > MAX_WATCHED) {
            return null;
        }
        uids.forEach(uid -> watched.computeIfAbsent(uid, u -> new Watched()).holds++);
        meters.subscribed(uids.size());
        beat();
        return fresh.isEmpty()
                ? CompletableFuture.completedFuture(null)
                : interest.add(fresh).toCompletableFuture();
    }

    /** Ends subscriptions that were taken with {@link #hold}. */
    void release(Collection<String> uids, SessionPresence session) {
        List<String> gone = new ArrayList<>();
        for (String uid : uids) {
            Watched entry = watched.get(uid);
            if (entry != null) {
                entry.by.remove(session);
                if (--entry.holds == 0) {
                    watched.remove(uid);
                    gone.add(uid);
                }
            }
        }
        meters.subscribed(-uids.size());
        if (!gone.isEmpty()) {
            interest.remove(gone);
        }
    }

    /**
     * From now on the session hears of changes of what it holds.
     *
     * @param states as they were read after {@link #hold} was done
     */
    void join(SessionPresence session, Collection<String> uids, Map<String, PresenceState> states) {
        for (String uid : uids) {
            Watched entry = watched.get(uid);
            PresenceState state = states.get(uid);
            if (entry != null && state != null) {
                apply(uid, entry, state);
                entry.by.add(session);
            }
        }
    }

    /** What those who subscribed are told; null when it is not known or nobody did. */
    @Nullable PresenceState told(String uid) {
        Watched entry = watched.get(uid);
        return entry == null ? null : entry.told;
    }

    /** It may have come or gone. Any thread. */
    void changed(String uid) {
        onLoop(() -> look(uid));
    }

    private void onLoop(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            // The loop has ended, and its connections with it.
            return;
        }
    }

    private void look(String uid) {
        if (watched.containsKey(uid) && due.add(uid) && !looking) {
            looking = true;
            loop.schedule(this::lookNow, GATHER_MILLIS);
        }
    }

    private void lookNow() {
        List<String> some = new ArrayList<>();
        for (Iterator<String> each = due.iterator(); each.hasNext() && some.size() < LOOK_AT_ONCE; ) {
            some.add(each.next());
            each.remove();
        }
        if (some.isEmpty()) {
            looking = false;
            return;
        }
        read(some, (states, failure) -> {
            if (states != null) {
                states.forEach((uid, state) -> {
                    Watched entry = watched.get(uid);
                    if (entry != null) {
                        apply(uid, entry, state);
                    }
                });
            }
            lookNow();
        });
    }

    private void apply(String uid, Watched entry, PresenceState state) {
        PresenceState before = entry.told;
        // Answers overtake each other by less than a heartbeat; one that is older by more is of a clock that was set
        // back.
        long older = before == null ? 0 : before.asOfMs() - state.asOfMs();
        if (older > 0 && older < heartbeatMillis) {
            return;
        }
        if (state.connected()) {
            entry.connectedAsOfMs = state.asOfMs();
        } else if (before != null && before.isOnline() && state.lastSeenMs() < entry.connectedAsOfMs) {
            // Its node is dead and nobody noted when: now, as far as anybody can tell.
            entry.connectedAsOfMs = 0;
            presence.left(uid, () -> CompletableFuture.completedStage(true));
            return;
        } else if (state.graceMs() > 0 && !entry.lookPlanned) {
            entry.lookPlanned = true;
            loop.schedule(() -> graceEnded(uid, entry), state.graceMs() + 1);
        }
        entry.told = state;
        if (before != null && before.isOnline() != state.isOnline()) {
            entry.by.forEach(session -> session.changed(uid));
        }
    }

    private void graceEnded(String uid, Watched entry) {
        entry.lookPlanned = false;
        if (watched.get(uid) == entry) {
            look(uid);
        }
    }

    /** Once a heartbeat everything is looked at, as long as there is anything. */
    private void beat() {
        if (!beating) {
            beating = true;
            loop.schedule(this::beaten, heartbeatMillis);
        }
    }

    private void beaten() {
        beating = false;
        if (!watched.isEmpty()) {
            watched.keySet().forEach(this::look);
            beat();
        }
    }

    /** For failed tests: how much, no ids. */
    @Override
    public String toString() {
        return "watched=" + watched.size();
    }

    /** Calls it again and again, a heartbeat after the last one was done. Any thread. */
    void everyHeartbeat(Supplier<? extends java.util.concurrent.CompletionStage<?>> work) {
        onLoop(() ->
                loop.schedule(() -> work.get().whenComplete((done, failure) -> everyHeartbeat(work)), heartbeatMillis));
    }
}
