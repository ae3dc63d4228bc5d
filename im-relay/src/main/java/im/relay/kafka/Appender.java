package im.relay.kafka;

import im.protocol.ConversationKey;
import im.protocol.v1.Code;
import im.relay.AppendOutcome;
import im.relay.AppendOutcome.Refused;
import im.relay.AppendOutcome.Unknown;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * The append thread: takes what waits, encodes it, gives it to the producer, and ends what must end. It is the only one
 * that the producer can block. Calls of one conversation keep their order: while one of several records is under way, what
 * comes for the conversation waits behind it.
 */
final class Appender {
    private static final long TICK_MS = 100;
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long STALL_SHARE = 6;
    /** For what is not accepted of an append all of which is: nothing. */
    private static final AppendOutcome DONE = new Unknown("");

    private final String topic;
    private final KafkaTimeouts timeouts;
    private final AppendQueue queue;
    private final ProducerSlot producers;
    private final Breakers breakers;
    private final LogMeters meters;
    private final LongSupplier nanos;
    private final Answers answers = new Answers();
    private final Thread thread = Threads.of("im-log-append", this::run);
    private final Set<Append> underWay = ConcurrentHashMap.newKeySet();

    /** Of conversations with an append of several records under way. The append thread's. */
    private final Map<ConversationKey, Queue> several = new HashMap<>();

    /** @param behind what came for the conversation since */
    private record Queue(Append first, ArrayDeque<Append> behind) {}

    private volatile boolean isStopping;
    /** The append that the producer is being called with; the append thread's. */
    private @Nullable Append inHand;

    private long tickedNanos;

    Appender(
            KafkaConfig config,
            AppendQueue queue,
            ProducerSlot producers,
            Breakers breakers,
            LogMeters meters,
            LongSupplier nanos) {
        topic = config.topics().messages();
        timeouts = config.timeouts();
        this.queue = queue;
        this.producers = producers;
        this.breakers = breakers;
        this.meters = meters;
        this.nanos = nanos;
    }

    /** How long a partition may answer nothing before its breaker opens. */
    static long stallNanos(KafkaTimeouts timeouts) {
        return timeouts.append().toNanos() / STALL_SHARE;
    }

    void start() {
        answers.start();
        thread.start();
    }

    /** Null when it was taken. */
    @Nullable Refused offer(Append append) {
        if (breakers.of(append.partition).refuses()) {
            return KafkaMessageLog.refusal(Code.UNAVAILABLE, "the log does not answer");
        }
        return switch (queue.offer(append)) {
            case TAKEN -> null;
            case FULL -> KafkaMessageLog.refusal(Code.OVERLOADED, "the log's queue is full");
            case CLOSED -> KafkaMessageLog.refusal(Code.UNAVAILABLE, "the log is closed");
        };
    }

    /** The outcomes of one that was not taken. */
    List<AppendOutcome> refused(Append append, Refused refusal) {
        List<AppendOutcome> outcomes = append.finish(refusal);
        meters.told(outcomes == null ? List.of() : outcomes);
        return outcomes == null ? List.of() : outcomes;
    }

    @Nullable String failure() {
        return thread.isAlive() || isStopping ? breakers.failure() : "the append thread has ended";
    }

    private void run() {
        while (!isStopping) {
            for (Append append : queue.take(TICK_MS)) {
                proceed(append);
            }
            tick();
            if (queue.isClosed() && queue.messages() == 0) {
                return;
            }
        }
    }

    private void proceed(Append append) {
        if (append.isTold()) {
            leave(append);
            return;
        }
        Queue others = several.get(append.conversation());
        if (others != null && others.first != append) {
            others.behind.add(append);
        } else {
            send(append);
        }
    }

    /** If it was one of several records: those that came for its conversation meanwhile go on. */
    private void leave(Append append) {
        Queue others = several.get(append.conversation());
        if (others != null && others.first == append) {
            several.remove(append.conversation());
            others.behind.forEach(this::proceed);
        }
    }

    private void send(Append append) {
        Refused refusal = refusal(append);
        if (refusal != null) {
            end(append, refusal);
            leave(append);
            return;
        }
        ProducerRecord<byte[], byte[]> record = record(append);
        boolean isOfSeveral = append.hasMore() || several.containsKey(append.conversation());
        if (isOfSeveral) {
            several.computeIfAbsent(append.conversation(), c -> new Queue(append, new ArrayDeque<>()));
        }
        underWay.add(append);
        inHand = append;
        try {
            producers.send(record, (metadata, failure) -> answered(append, isOfSeveral, failure));
        } catch (RuntimeException e) {
            answered(append, isOfSeveral, e);
        } finally {
            inHand = null;
        }
    }

    /** Null when it may go, and is under way for the breaker. */
    private @Nullable Refused refusal(Append append) {
        if (nanos.getAsLong() - append.arrivedNanos > timeouts.waitNanos()) {
            return KafkaMessageLog.refusal(Code.UNAVAILABLE, "waited too long for the log");
        }
        if (!breakers.of(append.partition).admit()) {
            return KafkaMessageLog.refusal(Code.UNAVAILABLE, "the log does not answer");
        }
        return null;
    }

    private ProducerRecord<byte[], byte[]> record(Append append) {
        byte[] key = append.batch.get(0).conversation().text().getBytes(StandardCharsets.US_ASCII);
        byte[] value = append.next();
        meters.recordMessages.record(append.messages());
        return new ProducerRecord<>(topic, append.partition, key, value);
    }

    /** On the producer's thread, or on the append thread while it calls the producer. */
    private void answered(Append append, boolean isOfSeveral, @Nullable Exception failure) {
        if (!underWay.remove(append)) {
            return;
        }
        Breaker breaker = breakers.of(append.partition);
        if (failure == null) {
            breaker.succeeded();
            breakers.acknowledged();
            append.accepted();
        } else if (isRecordsOwnFault(failure)) {
            breaker.ended();
        } else {
            breaker.failed();
        }
        if (failure != null) {
            end(append, outcome(append, failure));
        } else if (!append.hasMore()) {
            end(append, DONE);
        }
        if (isOfSeveral) {
            queue.proceed(append);
        }
    }

    private AppendOutcome outcome(Append append, Exception failure) {
        if (isRecordsOwnFault(failure)) {
            return KafkaMessageLog.refusal(Code.TOO_LARGE, "the log does not take it: " + failure.getMessage());
        }
        if (!(failure instanceof RetriableException)) {
            producers.spoil(failure.toString());
        }
        boolean neverSent = Thread.currentThread() == thread && inHand == append;
        return neverSent
                ? KafkaMessageLog.refusal(Code.UNAVAILABLE, "the log does not answer")
                : new Unknown("the log has not answered: " + failure.getClass().getSimpleName());
    }

    /** Whatever came before, a record like that is not in the log. */
    private static boolean isRecordsOwnFault(Exception failure) {
        return failure instanceof RecordTooLargeException
                || failure instanceof RecordBatchTooLargeException
                || failure instanceof InvalidRecordException
                || failure instanceof SerializationException;
    }

    /** Tells the outcomes, unless that was done already. */
    private void end(Append append, AppendOutcome rest) {
        List<AppendOutcome> outcomes = append.finish(rest);
        if (outcomes != null) {
            queue.release(append);
            meters.told(outcomes);
            meters.append.record(nanos.getAsLong() - append.arrivedNanos, TimeUnit.NANOSECONDS);
            answers.tell(append, outcomes);
        }
    }

    private void tick() {
        long now = nanos.getAsLong();
        if (now - tickedNanos < TimeUnit.MILLISECONDS.toNanos(TICK_MS)) {
            return;
        }
        tickedNanos = now;
        breakers.tick();
        for (Append append : underWay) {
            if (now - append.arrivedNanos > timeouts.append().toNanos() + GRACE_NANOS) {
                giveUp(append);
            }
        }
    }

    /** The producer owes an answer that it should have given by its own time-out: it is not what it was. */
    private void giveUp(Append append) {
        if (underWay.remove(append)) {
            producers.spoil("it gives no answers");
            producers.mend();
            breakers.of(append.partition).failed();
            end(append, new Unknown("the log has not answered"));
            leave(append);
        }
    }

    /** Takes nothing more, and waits for what is there: a third of the time here, the rest with the producer. */
    void close(Duration wait) {
        queue.close();
        Threads.join(thread, wait.toMillis());
        isStopping = true;
        thread.interrupt();
        Threads.join(thread, wait.toMillis());
        producers.close(Duration.ofMillis(100));
        for (Append append : queue.take(0)) {
            end(append, KafkaMessageLog.refusal(Code.UNAVAILABLE, "the log is closed"));
        }
        several.values()
                .forEach(others -> others.behind.forEach(
                        append -> end(append, KafkaMessageLog.refusal(Code.UNAVAILABLE, "the log is closed"))));
        underWay.forEach(append -> end(append, new Unknown("the log was closed")));
        answers.close(wait.toMillis());
    }
}
