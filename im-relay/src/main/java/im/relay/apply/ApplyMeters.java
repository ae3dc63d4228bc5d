package im.relay.apply;

import im.relay.LoggedMessage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The relay's metrics, {@code im_relay_…}, of all partitions together. Safe from any thread. */
final class ApplyMeters {
    /** What becomes of a message for one of its uids. */
    enum Push {
        /** On the bus, to every node where the uid is. */
        SENT,
        /** The uid is not connected. */
        NOBODY,
        /** Nobody could say where the uid is. */
        ROUTES_UNREADABLE,
        /** The bus did not take it, or did not say so in time. */
        FAILED,
        /** Not tried: an earlier batch still waits for its routes or for the bus. */
        SKIPPED,
        /** It was pushed before the view was rebuilt. */
        OLD
    }

    /** What is awaited for a batch, one after the other. */
    enum Step {
        /** The groups that it changes, as they were before. */
        GROUPS,
        /** What became of these, in the log of groups. */
        EVENTS,
        /** The users' indexes. */
        INDEX,
        /** The conversations. */
        APPLY,
        /** Where all receivers are. */
        ROUTE,
        /** The bus has it. */
        PUSH
    }

    final Counter applied;
    final Counter duplicates;
    final Counter poison;
    final Counter replayed;
    final Counter lostReplies;
    final Counter lostTails;
    final Counter lostViews;
    final Counter forgotten;
    /** Changes of membership that had an effect, each time it was worked out. */
    final Counter groupChanges;
    /** From a batch's first effect to its commit. */
    final Timer batch;

    /** From the log's append of a message to the begin of its batch, by the broker's clock and ours. */
    final Timer age;

    private final MeterRegistry registry;
    private final Map<Step, Timer> steps = new EnumMap<>(Step.class);
    private final Map<Push, Counter> pushes = new EnumMap<>(Push.class);

    ApplyMeters(MeterRegistry registry) {
        this.registry = registry;
        applied = registry.counter("im.relay.applied");
        duplicates = registry.counter("im.relay.duplicates");
        poison = registry.counter("im.relay.poison");
        replayed = registry.counter("im.relay.index.replayed");
        lostReplies = registry.counter("im.relay.lost.replies");
        lostTails = registry.counter("im.relay.lost.tails");
        lostViews = registry.counter("im.relay.views.lost");
        forgotten = registry.counter("im.relay.window.forgotten");
        groupChanges = registry.counter("im.relay.group.changes");
        batch = registry.timer("im.relay.batch");
        age = registry.timer("im.relay.record.age");
        for (Step step : Step.values()) {
            steps.put(step, registry.timer("im.relay.step", "step", label(step)));
        }
        for (Push outcome : Push.values()) {
            pushes.put(outcome, registry.counter("im.relay.pushes", "outcome", label(outcome)));
        }
    }

    void pushed(Push outcome, int copies) {
        Counter counter = pushes.get(outcome);
        if (counter != null) {
            counter.increment(copies);
        }
    }

    /** The view has it. */
    void counted(Batch batch) {
        applied.increment(batch.messages().size());
        duplicates.increment(batch.duplicates());
        poison.increment(batch.poison());
    }

    /** @param begunNanos when the step began */
    void took(Step step, long begunNanos) {
        Timer timer = steps.get(step);
        if (timer != null) {
            timer.record(System.nanoTime() - begunNanos, TimeUnit.NANOSECONDS);
        }
    }

    /** Messages that are going to be applied now. */
    void begun(List<LoggedMessage> messages, long nowMs) {
        for (LoggedMessage message : messages) {
            age.record(Math.max(0, nowMs - message.acceptedMs()), TimeUnit.MILLISECONDS);
        }
    }

    /** The partition has to find its place anew. */
    void sought(Trouble why) {
        registry.counter("im.relay.seeks", "why", label(why)).increment();
    }

    private static String label(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
