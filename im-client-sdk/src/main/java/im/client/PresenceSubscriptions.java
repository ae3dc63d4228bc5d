package im.client;

import im.protocol.Limits;
import im.protocol.v1.Frame;
import im.protocol.v1.PresenceEvent;
import im.protocol.v1.PresenceQuery;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The uids whose presence the app wants to be told of, asked for anew on every connection, and what it was told last: one
 * call of the listener a uid at a time, so what waits is bounded by the subscriptions. Event loop only.
 */
final class PresenceSubscriptions {
    private static final long RETRY_MILLIS = 5_000;

    private final Requests requests;
    private final Consumer<Call> calls;
    private final Map<String, Told> wanted = new LinkedHashMap<>();
    /** Those that the gateway could not tell of, until {@link #retry}. */
    private final Set<String> putOff = new LinkedHashSet<>();

    private Timers.@Nullable Timer retry;

    PresenceSubscriptions(Requests requests, Consumer<Call> calls) {
        this.requests = requests;
        this.calls = calls;
        requests.whenAttached(this::askAgain);
    }

    /** What is known of one uid, and what the listener knows. */
    private static final class Told {
        @Nullable UserPresence newest;

        @Nullable UserPresence told;

        boolean telling;
    }

    CompletionStage<List<UserPresence>> query(List<String> uids) {
        return requests.ask(question(uids, false, false)).thenApply(PresenceSubscriptions::list);
    }

    CompletionStage<Void> subscribe(List<String> uids) {
        Set<String> fresh = new LinkedHashSet<>(uids);
        fresh.removeAll(wanted.keySet());
        if (wanted.size() + fresh.size() > Limits.PRESENCE_SUBSCRIPTIONS) {
            return CompletableFuture.failedStage(new ImClientException(
                    0, "more than " + Limits.PRESENCE_SUBSCRIPTIONS + " uids would be subscribed to"));
        }
        fresh.forEach(uid -> wanted.put(uid, new Told()));
        return inPieces(List.copyOf(fresh), this::ask);
    }

    CompletionStage<Void> unsubscribe(List<String> uids) {
        List<String> gone = new ArrayList<>();
        for (String uid : uids) {
            if (wanted.remove(uid) != null) {
                gone.add(uid);
            }
        }
        return inPieces(gone, some -> requests.ask(question(some, false, true)));
    }

    private interface Piece {
        CompletionStage<?> ask(List<String> uids);
    }

    private static CompletionStage<Void> inPieces(List<String> uids, Piece piece) {
        CompletionStage<Void> all = CompletableFuture.completedStage(null);
        for (int from = 0; from < uids.size(); from += Limits.PRESENCE_UIDS) {
            List<String> some = uids.subList(from, Math.min(uids.size(), from + Limits.PRESENCE_UIDS));
            all = all.thenCombine(piece.ask(some), (before, answered) -> null);
        }
        return all;
    }

    /** On a new connection. */
    private void askAgain() {
        if (retry != null) {
            retry.cancel();
            retry = null;
        }
        putOff.clear();
        var unused = inPieces(List.copyOf(wanted.keySet()), this::ask);
    }

    private void askWhoWasPutOff() {
        retry = null;
        putOff.retainAll(wanted.keySet());
        List<String> uids = List.copyOf(putOff);
        putOff.clear();
        var unused = inPieces(uids, this::ask);
    }

    private CompletionStage<?> ask(List<String> uids) {
        return requests.ask(question(uids, true, false)).whenComplete((answer, failure) -> {
            if (answer != null) {
                answer.getPresenceList().getPresencesList().forEach(this::event);
                return;
            }
            ErrorCode code = failure instanceof ImClientException known ? known.refusal() : null;
            if (code != null) {
                refused(uids, code);
            }
        });
    }

    private void refused(List<String> uids, ErrorCode code) {
        switch (code) {
            case RATE_LIMITED, OVERLOADED, UNAVAILABLE, INTERNAL -> {
                putOff.addAll(uids);
                if (retry == null) {
                    retry = requests.after(RETRY_MILLIS, this::askWhoWasPutOff);
                }
            }
            default -> uids.forEach(wanted::remove);
        }
    }

    private static Frame.Builder question(Collection<String> uids, boolean subscribe, boolean unsubscribe) {
        return Frame.newBuilder()
                .setPresenceQuery(PresenceQuery.newBuilder()
                        .addAllUids(uids)
                        .setSubscribe(subscribe)
                        .setUnsubscribe(unsubscribe));
    }

    private static List<UserPresence> list(Frame answer) {
        return answer.getPresenceList().getPresencesList().stream()
                .map(PresenceSubscriptions::presence)
                .toList();
    }

    private static UserPresence presence(PresenceEvent event) {
        return new UserPresence(event.getUid(), event.getOnline(), event.getLastSeenMs());
    }

    void event(PresenceEvent event) {
        Told told = wanted.get(event.getUid());
        if (told != null) {
            told.newest = presence(event);
            tell(told);
        }
    }

    private void tell(Told told) {
        UserPresence newest = told.newest;
        if (newest == null || told.telling || newest.equals(told.told)) {
            return;
        }
        told.telling = true;
        calls.accept(new Call.Present(newest, () -> {
            told.telling = false;
            told.told = newest;
            if (wanted.get(newest.uid()) == told) {
                tell(told);
            }
        }));
    }
}
