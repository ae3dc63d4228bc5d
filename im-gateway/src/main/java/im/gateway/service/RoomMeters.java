package im.gateway.service;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicLong;

/** {@code im_gateway_room…}: what the rooms of all loops count. Any thread. */
public final class RoomMeters {
    private final AtomicLong rooms = new AtomicLong();
    private final AtomicLong members = new AtomicLong();
    private final Counter forwarded;
    private final Counter known;
    private final Counter dropped;
    private final Counter repairs;
    private final Counter rechecks;

    RoomMeters(MeterRegistry registry) {
        registry.gauge("im.gateway.rooms", rooms);
        registry.gauge("im.gateway.room.sessions", members);
        forwarded = registry.counter("im.gateway.room.messages", "outcome", "forwarded");
        known = registry.counter("im.gateway.room.messages", "outcome", "known");
        dropped = registry.counter("im.gateway.room.messages", "outcome", "dropped");
        repairs = registry.counter("im.gateway.room.reads", "of", "messages");
        rechecks = registry.counter("im.gateway.room.reads", "of", "members");
    }

    public void opened() {
        rooms.incrementAndGet();
    }

    public void closed() {
        rooms.decrementAndGet();
    }

    public void sessions(int change) {
        members.addAndGet(change);
    }

    /** One message, to all members of one loop. */
    public void forwarded() {
        forwarded.increment();
    }

    /** It was forwarded before. */
    public void known() {
        known.increment();
    }

    /** Too much waits: it is read from the store later. */
    public void dropped() {
        dropped.increment();
    }

    /** A hole is read from the store. */
    public void repair() {
        repairs.increment();
    }

    /** Who is a member is read from the store. */
    public void recheck() {
        rechecks.increment();
    }
}
