package im.relay.kafka;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** The bus's metrics: {@code im_push_…}. Safe from any thread. */
final class PushMeters {
    final Counter resyncs;
    private final MeterRegistry registry;

    PushMeters(MeterRegistry registry) {
        this.registry = registry;
        resyncs = registry.counter("im.push.resyncs");
    }

    /** A record that was to be sent, by what became of it. */
    void sent(String outcome) {
        registry.counter("im.push.sent", "outcome", outcome).increment();
    }

    /** A record that was read, by what became of it. */
    void received(String outcome) {
        registry.counter("im.push.received", "outcome", outcome).increment();
    }
}
