package im.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every {@link Presence} keeps. */
public abstract class PresenceContract {
    protected static final Duration GRACE = Duration.ofSeconds(5);
    protected static final Duration PATIENCE = Duration.ofSeconds(60);

    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    protected abstract Presence presence();

    /** Of the same process. */
    protected abstract RouteDirectory routes();

    @Test
    void aUidThatNeverConnectedIsOfflineAndWasNeverSeen() {
        PresenceState state = state("a");

        assertThat(state.isOnline()).isFalse();
        assertThat(state.lastSeenMs()).isZero();
    }

    @Test
    void aUidWithARouteIsOnline() {
        enter("a", "phone", 11);

        assertThat(state("a").connected()).isTrue();
        assertThat(state("a").isOnline()).isTrue();
        assertThat(state("b").isOnline()).isFalse();
    }

    @Test
    void whoLeftIsOnlineForTheGraceTimeAndThenOfflineSinceItLeft() {
        enter("a", "phone", 11);
        long before = state("a").asOfMs();

        leave("a", "phone", 11);

        PresenceState left = state("a");
        assertThat(left.connected()).isFalse();
        assertThat(left.isOnline()).isTrue();
        assertThat(left.graceMs()).isBetween(1L, GRACE.toMillis());
        assertThat(left.lastSeenMs()).isBetween(before, left.asOfMs());
        await().atMost(PATIENCE).until(() -> !state("a").isOnline());
        assertThat(state("a").lastSeenMs()).isEqualTo(left.lastSeenMs());
        assertThat(state("a").asOfMs()).isGreaterThanOrEqualTo(left.lastSeenMs() + GRACE.toMillis());
    }

    @Test
    void whoHasAnotherConnectionStaysConnectedWhenOneEnds() {
        enter("a", "phone", 11);
        enter("a", "desk", 12);

        leave("a", "phone", 11);

        assertThat(state("a").connected()).isTrue();
    }

    @Test
    void whoeverWatchesIsToldOfComingAndOfGoing() {
        presence().listen(told::add);
        done(presence().watch(List.of("a", "b")));

        enter("a", "phone", 11);
        assertThat(next()).isEqualTo("a");
        leave("a", "phone", 11);
        assertThat(next()).isEqualTo("a");
        enter("b", "phone", 12);
        assertThat(next()).isEqualTo("b");
    }

    @Test
    void whoIsToldOfGoingFindsNoRoute() {
        presence().listen(uid -> presence().read(List.of(uid)).thenAccept(states -> told.add(String.valueOf(states))));
        enter("a", "phone", 11);
        done(presence().watch(List.of("a")));

        leave("a", "phone", 11);

        assertThat(next()).startsWith("{a=PresenceState[connected=false");
    }

    @Test
    void nobodyIsToldOfWhatNobodyWatchesAnyMore() {
        presence().listen(told::add);
        done(presence().watch(List.of("a", "b")));
        done(presence().watch(List.of("a")));

        presence().unwatch(Set.of("a"));
        enter("a", "phone", 11);
        enter("c", "phone", 12);
        enter("b", "phone", 13);

        assertThat(next()).isEqualTo("b");
        assertThat(told).isEmpty();
    }

    @Test
    void manyUidsAreReadInOneGo() {
        List<String> uids = IntStream.range(0, 512).mapToObj(i -> "u" + i).toList();
        enter("u7", "phone", 11);

        Map<String, PresenceState> states = done(presence().read(uids));

        assertThat(states.keySet()).containsExactlyInAnyOrderElementsOf(uids);
        assertThat(states.entrySet().stream()
                        .filter(state -> state.getValue().isOnline())
                        .map(Map.Entry::getKey)
                        .collect(Collectors.toSet()))
                .containsExactly("u7");
    }

    protected final void enter(String uid, String device, long connection) {
        done(routes().register(uid, device, connection, connection));
        presence().entered(uid);
    }

    protected final void leave(String uid, String device, long connection) {
        List<CompletionStage<Boolean>> removal = new ArrayList<>();
        presence().left(uid, () -> {
            removal.add(routes().remove(uid, device, connection));
            return removal.get(0);
        });
        done(removal.get(0));
    }

    protected final PresenceState state(String uid) {
        return state(presence(), uid);
    }

    protected static PresenceState state(Presence of, String uid) {
        PresenceState state = done(of.read(List.of(uid))).get(uid);
        assertThat(state).isNotNull();
        return state == null ? PresenceState.of(false, 0, 0, 0) : state;
    }

    protected static <T> T done(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }

    private String next() {
        try {
            return String.valueOf(told.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
