package im.relay.local;

import im.protocol.v1.Code;
import im.relay.AppendOutcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** The log's metrics: {@code im_relay_…}. Safe from any thread. */
final class RelayMeters {
    /** Of a synced write, from its first message's placing to the disk's answer. */
    final Timer commit;

    final DistributionSummary commitMessages;
    private final MeterRegistry registry;
    private final Counter accepted;
    private final Counter unknown;
    private final Map<Code, Counter> refused = new EnumMap<>(Code.class);

    RelayMeters(MeterRegistry registry) {
        this.registry = registry;
        commit = registry.timer("im.relay.commit");
        commitMessages = registry.summary("im.relay.commit.messages");
        accepted = appended("accepted");
        unknown = appended("unknown");
        for (Code code : List.of(Code.CONFLICT, Code.OUT_OF_ORDER, Code.OVERLOADED, Code.UNAVAILABLE)) {
            refused.put(code, appended(code.name().toLowerCase(Locale.ROOT)));
        }
    }

    /** To be given back to {@link #remove}, like what the others return. */
    Gauge gaugeQueue(Supplier<Number> messages) {
        return Gauge.builder("im.relay.queue.messages", messages)
                .description("messages that wait for the writer")
                .register(registry);
    }

    List<Meter> countCopies(Conservation conservation) {
        List<Meter> meters = new ArrayList<>();
        for (Conservation.Kind kind : Conservation.Kind.values()) {
            for (Conservation.Fate fate : Conservation.Fate.values()) {
                meters.add(FunctionCounter.builder("im.relay.copies", conservation, c -> c.durable(kind, fate))
                        .description("copies that devices were owed since the folder was made, by what became of them")
                        .tags("of", label(kind), "fate", label(fate))
                        .register(registry));
            }
            meters.add(Gauge.builder("im.relay.copies.pending", conservation, c -> c.pending(kind))
                    .description("copies that devices are owed still")
                    .tags("of", label(kind))
                    .register(registry));
        }
        return meters;
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
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
        return registry.counter("im.relay.appended", "outcome", outcome);
    }
}
