package im.gateway.cluster;

import im.gateway.cluster.GroupJudge.Judged;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** What a gateway counts of its dealings with other nodes. Any thread. */
public final class ClusterMeters {

    /** What became of one push that came in. */
    enum Incoming {
        /** Handed to the loops of its connections. */
        TAKEN,
        /** Came while this process held no lease. */
        FENCED,
        /** Not what it says it is. */
        MALFORMED
    }

    /** What became of one push that went out. */
    enum Outgoing {
        SENT,
        /** The bus did not take it, or nobody knows. */
        FAILED,
        /** Too much was waiting, or this node holds no lease. */
        DROPPED
    }

    private final MeterRegistry registry;
    private final Map<Incoming, Counter> incoming = new EnumMap<>(Incoming.class);
    private final Map<Outgoing, Counter> outgoing = new EnumMap<>(Outgoing.class);
    private final Map<Judged, Counter> judged = new EnumMap<>(Judged.class);
    private final Timer push;
    private final Counter receiptsDropped;
    private final Counter resyncs;
    private final Counter lapses;
    private final Counter routesWritten;
    private final Counter routesDisplaced;
    private final Counter fencedAppends;

    public ClusterMeters(MeterRegistry registry) {
        this.registry = registry;
        for (Incoming outcome : Incoming.values()) {
            incoming.put(outcome, counter(registry, "im.gateway.pushes.received", outcome));
        }
        for (Outgoing outcome : Outgoing.values()) {
            outgoing.put(outcome, counter(registry, "im.gateway.pushes.sent", outcome));
        }
        for (Judged how : Judged.values()) {
            judged.put(how, counter(registry, "im.gateway.groups.judged", how));
        }
        push = registry.timer("im.gateway.push");
        receiptsDropped = registry.counter("im.gateway.receipts.unsent");
        resyncs = registry.counter("im.gateway.resyncs");
        lapses = registry.counter("im.gateway.lease.lapses");
        routesWritten = registry.counter("im.gateway.routes.mended", "what", "written");
        routesDisplaced = registry.counter("im.gateway.routes.mended", "what", "displaced");
        fencedAppends = registry.counter("im.gateway.fenced.appends");
    }

    private static Counter counter(MeterRegistry registry, String name, Enum<?> outcome) {
        return registry.counter(name, "outcome", outcome.name().toLowerCase(Locale.ROOT));
    }

    void incoming(Incoming outcome, int pushes) {
        Objects.requireNonNull(incoming.get(outcome)).increment(pushes);
    }

    /** A message into a group, or a change of it. */
    void judged(Judged how) {
        Objects.requireNonNull(judged.get(how)).increment();
    }

    /** From a record of the bus until one event loop has written what it brought. */
    void pushed(long nanos) {
        push.record(nanos, TimeUnit.NANOSECONDS);
    }

    void outgoing(Outgoing outcome, int pushes) {
        Objects.requireNonNull(outgoing.get(outcome)).increment(pushes);
    }

    /** Nobody was told: routes could not be read, or too many waited. The list of conversations tells it. */
    void receiptsDropped(int receipts) {
        receiptsDropped.increment(receipts);
    }

    /** Pushes may have been lost, so all sessions compare. */
    void resync() {
        resyncs.increment();
    }

    void lapsed() {
        lapses.increment();
    }

    void mended(int written, int displaced) {
        routesWritten.increment(written);
        routesDisplaced.increment(displaced);
    }

    /** Reads it for as long as this is there. */
    void remember(AcceptedMemory memory) {
        Gauge.builder("im.gateway.accepted.remembered", memory, AcceptedMemory::entries)
                .description("Messages whose id and body this node knows again")
                .register(registry);
        FunctionCounter.builder("im.gateway.accepted.forgotten", memory, AcceptedMemory::forgotten)
                .description("Messages that it knows no more although the dedupe window is not over")
                .register(registry);
    }

    /** Reads it for as long as this is there. */
    void hears(GroupInterest interest) {
        Gauge.builder("im.gateway.groups.interest", interest, GroupInterest::size)
                .description("Groups whose messages are pushed to this node")
                .register(registry);
    }

    void fencedAppend(int messages) {
        fencedAppends.increment(messages);
    }
}
