package im.gateway.session;

import im.gateway.connection.Loop;
import im.gateway.presence.PresenceDesk;
import im.router.LastSeen;
import im.router.RouteDirectory;
import im.router.memory.MemoryPresence;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A store that remembers nobody. */
final class NoTimes implements LastSeen {
    static final int GRACE_MILLIS = 1_000;

    static PresenceDesk desk(RouteDirectory routes, Loop loop, Clock clock) {
        MemoryPresence presence = new MemoryPresence(routes, new NoTimes(), Duration.ofMillis(GRACE_MILLIS), clock);
        return new PresenceDesk(
                presence, List.of(loop), Duration.ofMillis(SessionFixture.HEARTBEAT_MILLIS), new SimpleMeterRegistry());
    }

    @Override
    public void left(String uid, long ms) {}

    @Override
    public CompletionStage<long[]> of(List<String> uids) {
        return CompletableFuture.completedStage(new long[uids.size()]);
    }
}
