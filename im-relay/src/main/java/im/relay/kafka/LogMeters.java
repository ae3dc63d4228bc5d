package im.relay.kafka;

import im.protocol.v1.Code;
import im.relay.AppendOutcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** The log's metrics: {@code im_log_…}. Safe from any thread. */
final class LogMeters {
    /** From a call's arrival to its outcomes. */
    final Timer append;

    final DistributionSummary recordMessages;
    final Counter producersReplaced;
    private final MeterRegistry registry;
    private final Counter accepted;
    private final Counter unknown;
    private final Map<Code, Counter> refused = new EnumMap<>(Code.class);

    LogMeters(MeterRegistry registry) {
        this.registry = registry;
        append = registry.timer("im.log.append");
        recordMessages = registry.summary("im.log.record.messages");
        producersReplaced = registry.counter("im.log.producers.replaced");
        accepted = appended("accepted");
        unknown = appended("unknown");
        for (Code code : List.of(Code.OUT_OF_ORDER, Code.OVERLOADED, Code.UNAVAILABLE, Code.TOO_LARGE)) {
            refused.put(code, appended(code.name().toLowerCase(Locale.ROOT)));
        }
    }

    /** To be given back to {@link #remove}. */
    Gauge gauge(String name, String description, Supplier<Number> value) {
        return Gauge.builder(name, value).description(description).register(registry);
    }

    void remove(Meter meter) {
        registry.remove(meter);
        meter.close();
    }

    void told(List<AppendOutcome> outcomes) {
        for (AppendOutcome outcome : outcomes) {
            counter(outcome).increment();
        }
    }

    private Counter counter(AppendOutcome outcome) {
        if (outcome instanceof AppendOutcome.Refused refusal) {
            return refused.getOrDefault(refusal.code(), unknown);
        }
        return outcome instanceof AppendOutcome.Accepted ? accepted : unknown;
    }

    private Counter appended(String outcome) {
        return registry.counter("im.log.appended", "outcome", outcome);
    }
}
