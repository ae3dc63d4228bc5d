package im.gateway.webhook;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** What webhooks count. Any thread. */
final class WebhookMeters {
    /** What becomes of an event that has happened. */
    enum Sent {
        /** The receiver has it. */
        TAKEN,
        /** It found no room in the queue. */
        FULL,
        /** All tries have failed. */
        FAILED,
        /** The process has stopped before. */
        STOPPED,
        /** Nobody could tell whether it is so: {@code went-offline}. */
        UNKNOWN
    }

    /** What becomes of a question. */
    enum Asked {
        ALLOWED,
        REFUSED,
        FAILED,
        /** The circuit was open. */
        NOT_ASKED,
        OVERLOADED
    }

    private final Map<Sent, Counter> sent = new EnumMap<>(Sent.class);
    private final Map<Asked, Counter> asked = new EnumMap<>(Asked.class);
    private final Counter retries;
    private final Timer question;
    private final MeterRegistry registry;

    WebhookMeters(MeterRegistry registry) {
        this.registry = registry;
        for (Sent each : Sent.values()) {
            sent.put(each, registry.counter("im.gateway.webhook.events", "outcome", name(each)));
        }
        for (Asked each : Asked.values()) {
            asked.put(each, registry.counter("im.gateway.webhook.questions", "outcome", name(each)));
        }
        retries = registry.counter("im.gateway.webhook.retries");
        question = registry.timer("im.gateway.webhook.question");
    }

    private static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    void gauges(Supplier<Number> waiting, Supplier<Number> events, Supplier<Number> questions) {
        Gauge.builder("im.gateway.webhook.waiting", waiting).register(registry);
        Gauge.builder("im.gateway.webhook.circuit", events).tag("of", "events").register(registry);
        Gauge.builder("im.gateway.webhook.circuit", questions)
                .tag("of", "questions")
                .register(registry);
    }

    void sent(Sent outcome, int events) {
        Objects.requireNonNull(sent.get(outcome)).increment(events);
    }

    void asked(Asked outcome) {
        Objects.requireNonNull(asked.get(outcome)).increment();
    }

    void asked(long nanos) {
        question.record(nanos, TimeUnit.NANOSECONDS);
    }

    void retried() {
        retries.increment();
    }
}
