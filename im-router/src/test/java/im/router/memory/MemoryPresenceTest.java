package im.router.memory;

import static org.assertj.core.api.Assertions.assertThat;

import im.router.LastSeen;
import im.router.Presence;
import im.router.PresenceContract;
import im.router.PresenceState;
import im.router.RouteDirectory;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class MemoryPresenceTest extends PresenceContract {
    private final Kept kept = new Kept();
    private final MemoryRouteDirectory routes = new MemoryRouteDirectory(new Random(1));
    private final MemoryPresence presence = new MemoryPresence(routes, kept, GRACE, Clock.systemUTC());

    /** A store that writes at once. */
    private static final class Kept implements LastSeen {
        final Map<String, Long> times = new ConcurrentHashMap<>();

        @Override
        public void left(String uid, long ms) {
            times.merge(uid, ms, Math::max);
        }

        @Override
        public CompletionStage<long[]> of(List<String> uids) {
            return CompletableFuture.completedStage(
                    uids.stream().mapToLong(uid -> times.getOrDefault(uid, 0L)).toArray());
        }
    }

    @Override
    protected Presence presence() {
        return presence;
    }

    @Override
    protected RouteDirectory routes() {
        return routes;
    }

    @Test
    void whatTheStoreHasCountsAfterARestart() {
        kept.left("a", 5_000);

        PresenceState state = state("a");

        assertThat(state.isOnline()).isFalse();
        assertThat(state.lastSeenMs()).isEqualTo(5_000);
    }

    @Test
    void whoLeftIsKnownBeforeTheStoreHasIt() {
        leave("a", "phone", 11);
        kept.times.clear();

        assertThat(state("a").isOnline()).isTrue();
    }

    @Test
    void nobodyIsRememberedForEver() {
        Clock[] now = {Clock.fixed(Instant.ofEpochMilli(1_000_000), ZoneOffset.UTC)};
        MemoryPresence one = new MemoryPresence(routes, kept, GRACE, new Clock() {
            @Override
            public java.time.ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return now[0].instant();
            }
        });
        for (int i = 0; i < 1_000; i++) {
            one.left("a" + i, () -> CompletableFuture.completedStage(true));
        }
        now[0] = Clock.offset(now[0], GRACE.plusMillis(MemoryPresence.STORE_MS));

        one.left("b", () -> CompletableFuture.completedStage(true));

        assertThat(one.recent()).isEqualTo(1);
    }

    @Test
    void aTimeThatIsStillToComeGivesNoGrace() {
        long now = 1_000_000_000L;
        long grace = GRACE.toMillis();

        assertThat(PresenceState.of(false, now, now, grace).graceMs()).isEqualTo(grace);
        assertThat(PresenceState.of(false, now - grace + 1, now, grace).graceMs())
                .isEqualTo(1);
        assertThat(PresenceState.of(false, now - grace, now, grace).isOnline()).isFalse();
        assertThat(PresenceState.of(false, now + 1, now, grace).isOnline()).isFalse();
        assertThat(PresenceState.of(true, now + 1, now, grace).isOnline()).isTrue();
    }

    @Test
    void ofTooManyTheEarliestAreForgotten() {
        for (int i = 0; i <= MemoryPresence.MAX_RECENT; i++) {
            presence.left("a" + i, () -> CompletableFuture.completedStage(true));
        }

        assertThat(presence.recent()).isEqualTo(MemoryPresence.MAX_RECENT);
        assertThat(state("a0").lastSeenMs()).isPositive();
    }

    @Test
    void whatNobodyWatchesTakesNoRoom() {
        done(presence.watch(List.of("a", "b")));
        presence.unwatch(List.of("a", "b"));

        assertThat(presence.watched()).isZero();
    }
}
