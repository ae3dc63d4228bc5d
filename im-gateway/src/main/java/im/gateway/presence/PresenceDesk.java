package im.gateway.presence;

import im.gateway.connection.Loop;
import im.router.Presence;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;

/** Presence as this process asks for it: one {@link LoopPresence} for each event loop. Any thread. */
public final class PresenceDesk {
    private final Presence presence;
    private final Interest interest;
    private final List<LoopPresence> loops;

    /**
     * @param loops by {@link Loop#index()}
     * @param heartbeat how often what is watched is compared and said again
     */
    public PresenceDesk(Presence presence, List<Loop> loops, Duration heartbeat, MeterRegistry registry) {
        this.presence = presence;
        this.interest = new Interest(presence);
        PresenceMeters meters = new PresenceMeters(registry);
        registry.gauge("im.gateway.presence.watched", interest, Interest::size);
        this.loops = loops.stream()
                .map(loop -> new LoopPresence(loop, presence, interest, meters, heartbeat.toMillis()))
                .toList();
        presence.listen(this::changed);
    }

    /** Who is online, for whoever tells it of connections. */
    public Presence presence() {
        return presence;
    }

    public LoopPresence of(Loop loop) {
        return loops.get(loop.index());
    }

    private void changed(String uid) {
        for (LoopPresence loop : loops) {
            loop.changed(uid);
        }
    }

    /**
     * Begins to say once a heartbeat what is watched, on the first loop, as long as that runs.
     *
     * @return this
     */
    public PresenceDesk begin() {
        loops.get(0).everyHeartbeat(interest::renew);
        return this;
    }
}
