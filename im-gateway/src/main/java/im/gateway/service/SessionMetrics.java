package im.gateway.service;

import im.protocol.v1.Code;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What sessions count. Any thread. */
public final class SessionMetrics {
    private final Map<Code, Counter> sends = new EnumMap<>(Code.class);
    private final Counter live;
    private final Counter stream;
    private final Counter sync;
    private final Counter acknowledgements;
    private final Counter refusedAcknowledgements;
    private final Counter latePushes;
    private final Counter unknownPushes;
    private final Counter lagging;
    private final Counter again;
    private final Counter parked;
    private final Counter truncated;
    private final Counter tailChecks;
    private final Counter receiptsDropped;
    private final Counter transients;
    private final Counter transientsDropped;
    private final Counter takeoversRefused;
    private final RoomMeters rooms;
    private final Timer receive;
    private final Timer send;
    private final AtomicLong sessions = new AtomicLong();
    private final AtomicLong active = new AtomicLong();
    private final AtomicLong wantingReceipts = new AtomicLong();
    private final AtomicLong unanswered = new AtomicLong();

    public SessionMetrics(MeterRegistry registry) {
        for (Code code : Code.values()) {
            if (code != Code.UNRECOGNIZED && code != Code.CODE_UNSPECIFIED) {
                sends.put(code, registry.counter("im.gateway.sends", "code", code.name()));
            }
        }
        receive = registry.timer("im.gateway.receive");
        send = registry.timer("im.gateway.send");
        live = registry.counter("im.gateway.deliveries", "how", "live");
        stream = registry.counter("im.gateway.deliveries", "how", "stream");
        sync = registry.counter("im.gateway.deliveries", "how", "sync");
        acknowledgements = registry.counter("im.gateway.acknowledgements", "outcome", "taken");
        refusedAcknowledgements = registry.counter("im.gateway.acknowledgements", "outcome", "refused");
        latePushes = registry.counter("im.gateway.late.pushes");
        unknownPushes = registry.counter("im.gateway.unknown.pushes");
        again = registry.counter("im.gateway.deliveries", "how", "again");
        lagging = registry.counter("im.gateway.lagging");
        parked = registry.counter("im.gateway.parked");
        truncated = registry.counter("im.gateway.truncated");
        tailChecks = registry.counter("im.gateway.tail.checks", "outcome", "differs");
        receiptsDropped = registry.counter("im.gateway.receipts.dropped");
        transients = registry.counter("im.gateway.transients", "outcome", "written");
        transientsDropped = registry.counter("im.gateway.transients", "outcome", "dropped");
        takeoversRefused = registry.counter("im.gateway.takeovers.refused");
        rooms = new RoomMeters(registry);
        registry.gauge("im.gateway.sessions", sessions);
        registry.gauge("im.gateway.sessions.active", active);
        registry.gauge("im.gateway.sends.unanswered", unanswered);
    }

    /** From a Send's arrival until it is given to the log: longer where it waits for the one before it. */
    public void received(long nanos) {
        receive.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** From a Send's arrival until the log's answer is here, whose SendResults are written at once. */
    public void sent(long nanos) {
        send.record(nanos, TimeUnit.NANOSECONDS);
    }

    public void answered(Code code) {
        Counter counter = sends.get(code);
        if (counter != null) {
            counter.increment();
        }
    }

    public void deliveredLive() {
        live.increment();
    }

    public void deliveredStream(int messages) {
        stream.increment(messages);
    }

    public void deliveredSync(int messages) {
        sync.increment(messages);
    }

    /** Found no room, in a session that takes too little. */
    public void receiptDropped() {
        receiptsDropped.increment();
    }

    public void transientWritten() {
        transients.increment();
    }

    public void transientDropped() {
        transientsDropped.increment();
    }

    /** Two clients displace each other as one device. */
    public void takeoverRefused() {
        takeoversRefused.increment();
    }

    public void wantReceipts(int change) {
        wantingReceipts.addAndGet(change);
    }

    /** Sessions whose client asked for receipts. */
    public long wantingReceipts() {
        return wantingReceipts.get();
    }

    /** Written again because it was not acknowledged. */
    public void deliveredAgain(int messages) {
        again.increment(messages);
    }

    /** Written again for the last time, and not acknowledged. */
    public void parked(int messages) {
        parked.increment(messages);
    }

    /** A device was told that something is held no more. */
    public void truncated() {
        truncated.increment();
    }

    /** A session whose user's index has another version than it knows. */
    public void tailDiffers() {
        tailChecks.increment();
    }

    public void acknowledged() {
        acknowledgements.increment();
    }

    public void refusedAcknowledgement() {
        refusedAcknowledgements.increment();
    }

    /** A push for something that was written already. */
    public void latePush() {
        latePushes.increment();
    }

    /** A push for a connection that is not, or not yet, a session here. */
    public void unknownPush() {
        unknownPushes.increment();
    }

    public void lagging() {
        lagging.increment();
    }

    public void unanswered(int change) {
        unanswered.addAndGet(change);
    }

    /** Sends that the log has not answered. */
    public long unanswered() {
        return unanswered.get();
    }

    public RoomMeters rooms() {
        return rooms;
    }

    public void opened() {
        sessions.incrementAndGet();
    }

    public void closed() {
        sessions.decrementAndGet();
    }

    public void woken() {
        active.incrementAndGet();
    }

    public void wentIdle() {
        active.decrementAndGet();
    }

    /** Sessions that own an {@link ActiveSession} now. */
    public long active() {
        return active.get();
    }
}
