package im.gateway.presence;

import im.protocol.v1.Code;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** {@code im_gateway_presence_…}. Any thread. */
final class PresenceMeters {
    private final Map<Code, Counter> queries = new EnumMap<>(Code.class);
    private final AtomicLong subscriptions = new AtomicLong();
    final Counter events;
    final Counter failedReads;

    PresenceMeters(MeterRegistry registry) {
        for (Code code : new Code[] {Code.OK, Code.MALFORMED, Code.TOO_LARGE, Code.OVERLOADED, Code.UNAVAILABLE}) {
            queries.put(code, registry.counter("im.gateway.presence.queries", "code", code.name()));
        }
        events = registry.counter("im.gateway.presence.events");
        failedReads = registry.counter("im.gateway.presence.reads.failed");
        registry.gauge("im.gateway.presence.subscriptions", subscriptions);
    }

    void answered(Code code) {
        Counter counter = queries.get(code);
        if (counter != null) {
            counter.increment();
        }
    }

    void subscribed(long more) {
        subscriptions.addAndGet(more);
    }
}
