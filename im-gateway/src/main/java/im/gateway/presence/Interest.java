package im.gateway.presence;

import im.router.Presence;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Which uids this process watches: those that one of its loops does. Any thread. */
final class Interest {
    static final int AT_ONCE = 512;

    private final Presence presence;
    /** Uid → how many loops. */
    private final Map<String, Integer> loops = new HashMap<>();

    Interest(Presence presence) {
        this.presence = presence;
    }

    /** One loop more watches these uids. Completes when what changes from then on is told. */
    synchronized CompletionStage<Void> add(Collection<String> uids) {
        List<String> fresh = new ArrayList<>();
        for (String uid : uids) {
            if (loops.merge(uid, 1, Integer::sum) == 1) {
                fresh.add(uid);
            }
        }
        return fresh.isEmpty() ? CompletableFuture.completedStage(null) : presence.watch(fresh);
    }

    /** One loop less. */
    synchronized void remove(Collection<String> uids) {
        List<String> gone = new ArrayList<>();
        for (String uid : uids) {
            if (loops.computeIfPresent(uid, (u, count) -> count == 1 ? null : count - 1) == null) {
                gone.add(uid);
            }
        }
        if (!gone.isEmpty()) {
            presence.unwatch(gone);
        }
    }

    synchronized int size() {
        return loops.size();
    }

    /** Says all of it again, some at a time; completes, in any case, when that is done. */
    CompletionStage<Void> renew() {
        List<String> all;
        synchronized (this) {
            all = new ArrayList<>(loops.keySet());
        }
        return renew(all, 0);
    }

    private CompletionStage<Void> renew(List<String> all, int from) {
        for (int at = from; at < all.size(); at += AT_ONCE) {
            int next = at + AT_ONCE;
            CompletableFuture<Boolean> said = watch(all.subList(at, Math.min(all.size(), next)))
                    .handle((done, failure) -> failure == null)
                    .toCompletableFuture();
            if (!said.isDone()) {
                return said.thenCompose(done -> renew(all, next));
            }
        }
        return CompletableFuture.completedStage(null);
    }

    private synchronized CompletionStage<Void> watch(List<String> some) {
        List<String> still = some.stream().filter(loops::containsKey).toList();
        return still.isEmpty() ? CompletableFuture.completedStage(null) : presence.watch(still);
    }
}
