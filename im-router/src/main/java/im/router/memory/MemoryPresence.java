package im.router.memory;

import im.router.LastSeen;
import im.router.Presence;
import im.router.PresenceState;
import im.router.RouteDirectory;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Presence of one process. Who left within the grace time, and a little longer, is kept here, until the store surely has
 * it; of more than {@link #MAX_RECENT} the earliest are left to the store.
 */
public final class MemoryPresence implements Presence {
    static final int MAX_RECENT = 1 << 18;
    /** What the store may take to write a time. */
    static final long STORE_MS = 5_000;

    private static final CompletionStage<Void> DONE = CompletableFuture.completedStage(null);

    private final RouteDirectory routes;
    private final LastSeen lastSeen;
    private final long graceMs;
    private final Clock clock;
    private final Set<String> watched = ConcurrentHashMap.newKeySet();
    private final Map<String, Long> recent = new HashMap<>();
    /** In the order in which they left; one that left again stands here twice. */
    private final ArrayDeque<Left> order = new ArrayDeque<>();

    private volatile Consumer<String> listener = uid -> {};

    private record Left(String uid, long ms) {}

    /** @param routes of a form in memory */
    public MemoryPresence(RouteDirectory routes, LastSeen lastSeen, Duration grace, Clock clock) {
        this.routes = routes;
        this.lastSeen = lastSeen;
        this.graceMs = grace.toMillis();
        this.clock = clock;
    }

    @Override
    public CompletionStage<Map<String, PresenceState>> read(Collection<String> uids) {
        return routes.routesOf(uids).thenCompose(connected -> {
            Map<String, Long> lately = leftMs(uids);
            // Only now, so that nobody left later than this.
            long now = clock.millis();
            Map<String, PresenceState> states = new HashMap<>();
            List<String> unknown = new ArrayList<>();
            for (String uid : uids) {
                Long left = lately.get(uid);
                if (connected.containsKey(uid) || left != null) {
                    states.put(uid, state(connected.containsKey(uid), left == null ? 0 : left, now));
                } else {
                    unknown.add(uid);
                }
            }
            return unknown.isEmpty() ? CompletableFuture.completedStage(states) : fromStore(states, unknown, now);
        });
    }

    private CompletionStage<Map<String, PresenceState>> fromStore(
            Map<String, PresenceState> states, List<String> unknown, long now) {
        return lastSeen.of(unknown).thenApply(times -> {
            for (int i = 0; i < times.length; i++) {
                states.put(unknown.get(i), state(false, times[i], now));
            }
            return states;
        });
    }

    private PresenceState state(boolean connected, long lastSeenMs, long now) {
        return PresenceState.of(connected, lastSeenMs, now, graceMs);
    }

    @Override
    public void entered(String uid) {
        tell(uid);
    }

    @Override
    public void left(String uid, Supplier<? extends CompletionStage<?>> removal) {
        long now = clock.millis();
        note(uid, now);
        lastSeen.left(uid, now);
        removal.get().whenComplete((removed, failure) -> tell(uid));
    }

    private synchronized Map<String, Long> leftMs(Collection<String> uids) {
        Map<String, Long> lately = new HashMap<>();
        for (String uid : uids) {
            Long left = recent.get(uid);
            if (left != null) {
                lately.put(uid, left);
            }
        }
        return lately;
    }

    private synchronized void note(String uid, long now) {
        recent.put(uid, now);
        order.add(new Left(uid, now));
        long over = now - graceMs - STORE_MS;
        for (Left first = order.peek();
                first != null && (first.ms() <= over || order.size() > MAX_RECENT);
                first = order.peek()) {
            order.remove();
            recent.remove(first.uid(), first.ms());
        }
    }

    /** Those who left lately, for tests. */
    synchronized int recent() {
        return order.size();
    }

    private void tell(String uid) {
        if (watched.contains(uid)) {
            listener.accept(uid);
        }
    }

    @Override
    public CompletionStage<Void> watch(Collection<String> uids) {
        watched.addAll(uids);
        return DONE;
    }

    @Override
    public void unwatch(Collection<String> uids) {
        uids.forEach(watched::remove);
    }

    /** Uids that anybody watches. */
    int watched() {
        return watched.size();
    }

    @Override
    public void listen(Consumer<String> changed) {
        listener = changed;
    }
}
