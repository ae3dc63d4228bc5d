package im.gateway.edge;

import im.gateway.edge.PollSessions.Full;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What is counted of long polling. Any thread. */
final class PollMeters {
    private final MeterRegistry registry;
    private final Counter answers;
    private final Counter repeats;
    private final Counter gone;
    private final Counter httpRefusals;

    PollMeters(MeterRegistry registry, @Nullable PollSessions sessions) {
        this.registry = registry;
        Gauge.builder("im_gateway_poll_sessions", () -> sessions == null ? 0 : sessions.open())
                .description("Poll sessions that are open; they are connections too")
                .strongReference(true)
                .register(registry);
        for (Full bound : Full.values()) {
            full(bound, 0);
        }
        answers = requests("frames");
        repeats = requests("repeated");
        gone = requests("gone");
        httpRefusals = requests("refused");
    }

    private Counter requests(String answer) {
        return Counter.builder("im_gateway_polls_total")
                .description("Polls by what they were answered, those without frames left out")
                .tag("answer", answer)
                .register(registry);
    }

    private void full(Full bound, int times) {
        Counter.builder("im_gateway_poll_sessions_refused_total")
                .description("Poll sessions that were not begun because there were too many")
                .tag("bound", bound.name().toLowerCase(Locale.ROOT))
                .register(registry)
                .increment(times);
    }

    void full(Full bound) {
        full(bound, 1);
    }

    void answered() {
        answers.increment();
    }

    void repeated() {
        repeats.increment();
    }

    void gone() {
        gone.increment();
    }

    void httpRefused() {
        httpRefusals.increment();
    }
}
