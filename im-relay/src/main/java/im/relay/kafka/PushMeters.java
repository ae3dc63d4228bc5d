package im.relay.kafka;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The bus's metrics: {@code im_push_…}. Safe from any thread. */
final class PushMeters {
    final Counter resyncs;
    private final MeterRegistry registry;
    private final Timer delay;
    private final Map<String, Counter> sent = new ConcurrentHashMap<>();
    private final Map<String, Counter> received = new ConcurrentHashMap<>();

    PushMeters(MeterRegistry registry) {
        this.registry = registry;
        delay = registry.timer("im.push.delay");
        resyncs = registry.counter("im.push.resyncs");
    }

    /** A record that was to be sent, by what became of it. */
    void sent(String outcome) {
        sent.computeIfAbsent(outcome, name -> registry.counter("im.push.sent", "outcome", name))
                .increment();
    }

    /** A record that was read, by what became of it. */
    void received(String outcome) {
        received.computeIfAbsent(outcome, name -> registry.counter("im.push.received", "outcome", name))
                .increment();
    }

    /** How long a record that was read stood on the bus, by the broker's clock and ours. */
    void delayed(long millis) {
        delay.record(Math.max(0, millis), TimeUnit.MILLISECONDS);
    }
}
