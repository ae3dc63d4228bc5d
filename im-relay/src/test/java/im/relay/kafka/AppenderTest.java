package im.relay.kafka;

import static im.relay.Requests.accepted;
import static im.relay.Requests.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.protocol.v1.Code;
import im.protocol.v1.LogRecord;
import im.relay.AppendOutcome;
import im.relay.AppendOutcome.Refused;
import im.relay.AppendOutcome.Unknown;
import im.relay.AppendRequest;
import im.relay.MessageLog;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.NotEnoughReplicasAfterAppendException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The write side against Kafka's own producer for tests, which answers when it is told to. */
class AppenderTest {
    private static final KafkaConfig CONFIG = KafkaConfig.of(List.of("127.0.0.1:1"))
            .withQueue(100, 6 << 20)
            .withTimeouts(KafkaTimeouts.DEFAULT.withAppend(Duration.ofSeconds(30)));

    private final AtomicLong nanos = new AtomicLong(1_000_000_000L);
    private final List<Held> producers = new CopyOnWriteArrayList<>();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Breakers breakers =
            new Breakers("im-messages-1", 16, Appender.stallNanos(CONFIG.timeouts()), all -> {}, nanos::get);
    private final Appender appender = new Appender(
            CONFIG,
            new AppendQueue(CONFIG.queueMessages(), CONFIG.queueBytes()),
            new ProducerSlot(this::producer, nanos::get, () -> {}),
            breakers,
            new LogMeters(registry),
            nanos::get);
    private final MessageLog log = new KafkaMessageLog("log", 16, appender, nanos::get);

    {
        appender.start();
    }

    @AfterEach
    void close() {
        producers.forEach(one -> one.gate.countDown());
        appender.close(Duration.ofMillis(50));
    }

    private Producer<byte[], byte[]> producer() {
        Held made = new Held();
        producers.add(made);
        return made;
    }

    private Held producing() {
        await().until(() -> !producers.isEmpty());
        return producers.get(producers.size() - 1);
    }

    private CompletableFuture<List<AppendOutcome>> send(AppendRequest... batch) {
        CompletableFuture<List<AppendOutcome>> told = new CompletableFuture<>();
        log.append(List.of(batch), Runnable::run, told::complete);
        return told;
    }

    private static List<AppendOutcome> get(CompletableFuture<List<AppendOutcome>> told) throws Exception {
        return told.get(20, TimeUnit.SECONDS);
    }

    /** Waits until the producer has had that many records in all. */
    private Held sent(int records) {
        await().until(() -> !producers.isEmpty() && producing().history().size() == records);
        return producing();
    }

    private static AppendRequest[] large(int count) {
        AppendRequest[] batch = new AppendRequest[count];
        for (int i = 0; i < count; i++) {
            batch[i] = message("a", "b", i, "x".repeat(60_000));
        }
        return batch;
    }

    private static Code code(AppendOutcome outcome) {
        assertThat(outcome).isInstanceOf(Refused.class);
        return ((Refused) outcome).code();
    }

    /** D13: with several records at once, one could fail and a later one succeed. */
    @Test
    void theSecondRecordOfABatchIsSentOnlyAfterTheFirstIsAcknowledged() throws Exception {
        CompletableFuture<List<AppendOutcome>> told = send(large(12));
        Held producer = sent(1);
        assertThat(told).isNotDone();
        producer.completeNext();
        sent(2);
        assertThat(told).isNotDone();
        producer.completeNext();

        assertThat(get(told)).hasSize(12).allMatch(AppendOutcome.Accepted.class::isInstance);
    }

    /** D13: what stands behind a record that failed is not appended. */
    @Test
    void whatIsBehindARecordThatFailedIsOutOfOrderAndNotSent() throws Exception {
        CompletableFuture<List<AppendOutcome>> told = send(large(20));
        sent(1).completeNext();
        sent(2).errorNext(new TimeoutException("expired"));

        List<AppendOutcome> outcomes = get(told);
        assertThat(outcomes.subList(0, 8)).allMatch(AppendOutcome.Accepted.class::isInstance);
        assertThat(outcomes.subList(8, 16)).allMatch(Unknown.class::isInstance);
        assertThat(outcomes.subList(16, 20)).allSatisfy(o -> assertThat(code(o)).isEqualTo(Code.OUT_OF_ORDER));
        assertThat(producing().history()).hasSize(2);
    }

    @Test
    void whatComesBehindABatchOfSeveralRecordsWaitsForItsLast() throws Exception {
        CompletableFuture<List<AppendOutcome>> first = send(large(12));
        CompletableFuture<List<AppendOutcome>> second = send(message("b", "a", 90, "second"));
        CompletableFuture<List<AppendOutcome>> third = send(message("a", "b", 91, "third"));
        CompletableFuture<List<AppendOutcome>> other = send(message("a", "c", 92, "other"));
        Held producer = sent(2);
        producer.completeNext();
        producer.completeNext();
        assertThat(get(other)).containsExactly(accepted(92));
        sent(3);
        assertThat(first).isNotDone();
        producer.completeNext();
        assertThat(get(first)).hasSize(12);
        sent(5);
        producer.completeNext();
        producer.completeNext();
        assertThat(get(second)).containsExactly(accepted(90));
        assertThat(get(third)).containsExactly(accepted(91));
        List<String> order = new ArrayList<>();
        for (ProducerRecord<byte[], byte[]> record : producer.history()) {
            order.add(LogRecord.parseFrom(record.value()).getSender());
        }
        assertThat(order.subList(3, 5)).containsExactly("b", "a");
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                TimeoutException.class,
                DisconnectException.class,
                NotEnoughReplicasAfterAppendException.class,
                ClusterAuthorizationException.class,
                KafkaException.class
            })
    void whatFailsAfterItWasSentIsNotKnown(Class<? extends KafkaException> kind) throws Exception {
        CompletableFuture<List<AppendOutcome>> told = send(message("a", "b", 1, "x"), message("a", "b", 2, "y"));
        sent(1).errorNext(kind.getConstructor(String.class).newInstance("said by the test"));

        assertThat(get(told)).hasSize(2).allMatch(Unknown.class::isInstance);
    }

    @Test
    void whatTheProducerDidNotTakeIsNotAppended() throws Exception {
        get(completeAfter(send(message("a", "b", 1, "x"))));
        producing().sendException = new TimeoutException("no metadata");

        assertThat(code(get(send(message("a", "b", 2, "y"))).get(0))).isEqualTo(Code.UNAVAILABLE);
        assertThat(producing().history()).hasSize(1);
    }

    private CompletableFuture<List<AppendOutcome>> completeAfter(CompletableFuture<List<AppendOutcome>> told) {
        sent(producers.isEmpty() ? 1 : Math.max(1, producing().history().size()))
                .completeNext();
        return told;
    }

    @Test
    void aRecordThatTheBrokerFindsTooLargeIsRefusedForGoodAndStopsNobody() throws Exception {
        CompletableFuture<List<AppendOutcome>> told = send(message("a", "b", 1, "x"));
        sent(1).errorNext(new RecordTooLargeException("too large"));

        Refused refusal = (Refused) get(told).get(0);
        assertThat(refusal.code()).isEqualTo(Code.TOO_LARGE);
        assertThat(refusal.retryAfterMs()).isZero();
        assertThat(breakers.open()).isZero();
    }

    @Test
    void aFailureOpensTheBreakerAndOthersAreRefusedAtOnceUntilItIsProbed() throws Exception {
        CompletableFuture<List<AppendOutcome>> told = send(message("a", "b", 1, "x"));
        nanos.incrementAndGet();
        sent(1).errorNext(new TimeoutException("expired"));
        get(told);
        assertThat(log.failure()).contains("im-messages-1");

        CompletableFuture<List<AppendOutcome>> refused = send(message("a", "b", 2, "y"));
        assertThat(refused).isDone();
        assertThat(code(get(refused).get(0))).isEqualTo(Code.UNAVAILABLE);
        assertThat(((Refused) get(refused).get(0)).retryAfterMs()).isPositive();

        for (int p = 0; p < 16; p++) {
            breakers.probed(p);
        }
        CompletableFuture<List<AppendOutcome>> through = send(message("a", "b", 2, "y"));
        sent(2);
        nanos.incrementAndGet();
        producing().completeNext();
        assertThat(get(through)).containsExactly(accepted(2));
        assertThat(log.failure()).isNull();
    }

    /** D12: nobody appends late. */
    @Test
    void whatWaitedTooLongHereIsNotSent() throws Exception {
        Held producer = producing(send(message("a", "b", 1, "x")));
        producer.block();
        CompletableFuture<List<AppendOutcome>> blocks = send(message("a", "b", 2, "blocks"));
        producer.awaitBlocked();
        CompletableFuture<List<AppendOutcome>> late = send(message("c", "d", 3, "late"));
        nanos.addAndGet(CONFIG.timeouts().waitNanos() + 1);
        producer.gate.countDown();

        assertThat(code(get(late).get(0))).isEqualTo(Code.UNAVAILABLE);
        assertThat(producer.history()).hasSize(2);
        producer.completeNext();
        assertThat(get(blocks)).containsExactly(accepted(2));
    }

    private Held producing(CompletableFuture<List<AppendOutcome>> first) throws Exception {
        Held producer = sent(1);
        producer.completeNext();
        get(first);
        return producer;
    }

    @Test
    void aProducerThatBlocksHoldsUpNoCallerAndTheBoundHolds() throws Exception {
        Held producer = producing(send(message("a", "b", 1, "x")));
        producer.block();
        List<CompletableFuture<List<AppendOutcome>>> taken = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            taken.add(send(message("a", "b", 100 + i, "x")));
        }
        producer.awaitBlocked();

        CompletableFuture<List<AppendOutcome>> over = send(message("a", "b", 300, "x"));
        assertThat(over).isDone();
        assertThat(code(get(over).get(0))).isEqualTo(Code.OVERLOADED);
        assertThat(taken).noneMatch(CompletableFuture::isDone);
        producer.gate.countDown();
        sent(101);
        while (producer.completeNext()) {
            assertThat(producer.closed()).isFalse();
        }
        for (CompletableFuture<List<AppendOutcome>> told : taken) {
            assertThat(get(told).get(0)).isInstanceOf(AppendOutcome.Accepted.class);
        }
    }

    @Test
    void bytesAreBoundedToo() throws Exception {
        Held producer = producing(send(message("a", "b", 1, "x")));
        producer.block();
        for (int i = 0; i < 100; i++) {
            send(message("a", "b", 100 + i, "x".repeat(64_000)));
        }
        assertThat(code(get(send(message("a", "b", 300, "x".repeat(64_000)))).get(0)))
                .isEqualTo(Code.OVERLOADED);
    }

    @Test
    void aProducerThatBecameUnusableIsReplaced() throws Exception {
        Held first = producing(send(message("a", "b", 1, "x")));
        CompletableFuture<List<AppendOutcome>> told = send(message("a", "b", 2, "y"));
        sent(2);
        first.errorNext(new ClusterAuthorizationException("idempotence is not allowed any more"));
        assertThat(get(told).get(0)).isInstanceOf(Unknown.class);
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(2));
        for (int p = 0; p < 16; p++) {
            breakers.probed(p);
        }

        CompletableFuture<List<AppendOutcome>> again = send(message("a", "b", 2, "y"));
        await().until(() -> producers.size() == 2 && producing().history().size() == 1);
        producing().completeNext();

        assertThat(get(again)).containsExactly(accepted(2));
        await().until(first::closed);
    }

    @Test
    void aProducerThatOwesAnAnswerIsReplacedAndTheOutcomeIsNotKnown() throws Exception {
        Held first = producing(send(message("a", "b", 1, "x")));
        CompletableFuture<List<AppendOutcome>> told = send(message("a", "b", 2, "y"));
        sent(2);
        nanos.addAndGet(CONFIG.timeouts().append().plusSeconds(11).toNanos());

        assertThat(get(told).get(0)).isInstanceOf(Unknown.class);
        await().until(first::closed);
        assertThat(producers).hasSize(2);
    }

    @Test
    void everythingIsToldAtTheEnd() throws Exception {
        Held producer = producing(send(message("a", "b", 1, "x")));
        CompletableFuture<List<AppendOutcome>> underWay = send(message("a", "b", 2, "y"));
        sent(2);
        assertThat(producer.closed()).isFalse();

        appender.close(Duration.ofMillis(50));

        assertThat(get(underWay).get(0)).isInstanceOf(Unknown.class);
        assertThat(code(get(send(message("a", "b", 3, "z"))).get(0))).isEqualTo(Code.UNAVAILABLE);
    }

    /** Kafka's producer for tests, that can be made to block as a real one does. */
    private static final class Held extends MockProducer<byte[], byte[]> {
        final CountDownLatch gate = new CountDownLatch(1);
        private final CountDownLatch blocked = new CountDownLatch(1);
        private volatile boolean blocks;

        Held() {
            super(false, null, new ByteArraySerializer(), new ByteArraySerializer());
        }

        void block() {
            blocks = true;
        }

        void awaitBlocked() throws InterruptedException {
            assertThat(blocked.await(20, TimeUnit.SECONDS)).isTrue();
        }

        @Override
        public java.util.concurrent.Future<RecordMetadata> send(
                ProducerRecord<byte[], byte[]> record, Callback callback) {
            if (blocks) {
                blocked.countDown();
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    throw new KafkaException(e);
                }
            }
            return super.send(record, callback);
        }
    }
}
