package im.relay.kafka;

import static im.relay.Answers.append;
import static im.relay.PatientAwaits.PATIENCE;
import static im.relay.Requests.accepted;
import static im.relay.Requests.message;
import static im.relay.kafka.Brokers.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.protocol.ConversationKey;
import im.protocol.v1.Code;
import im.protocol.v1.Envelope;
import im.protocol.v1.LogEntry;
import im.protocol.v1.LogRecord;
import im.relay.AppendOutcome;
import im.relay.AppendOutcome.Accepted;
import im.relay.AppendOutcome.Refused;
import im.relay.AppendOutcome.Unknown;
import im.relay.LogExtent;
import im.relay.LogExtent.Epoch;
import im.relay.LogPosition;
import im.relay.LogReader;
import im.relay.MessageLog;
import im.relay.Partitions;
import im.servers.KafkaServer;
import im.servers.ServerOptions;
import im.servers.Servers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** A broker of one's own that is killed, paused, and robbed of its tail. */
@Tag("once")
@EnabledIf("im.servers.Requirement#kafka")
class BrokerFaultIT {
    private static final ConversationKey AB = ConversationKey.direct("a", "b");
    private static final int P = new Partitions(4).of(AB);
    private static final Duration SOON = Duration.ofMillis(300);

    private static KafkaServer broker;

    private KafkaConfig config;
    private KafkaLog door;
    private MessageLog log;

    @BeforeAll
    static void start() {
        broker = KafkaServer.start(Servers.temporaryFolder("kafka-faults"), ServerOptions.defaults());
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @BeforeEach
    void open() {
        config = Brokers.config(broker).withTimeouts(Brokers.STAYING);
        openDoor();
    }

    private void openDoor() {
        door = KafkaLog.open(config, new SimpleMeterRegistry());
        log = door.messages();
    }

    @AfterEach
    void close() {
        door.close();
    }

    /** What each message became, by its id. */
    private final Map<Integer, AppendOutcome> outcomes = new ConcurrentHashMap<>();

    /** Sends from one id on, a message each time, until so many were accepted since. */
    private int sendUntilAccepted(int id, int more) throws InterruptedException {
        int from = id;
        long enough = more;
        while (outcomes.keySet().stream()
                        .filter(i -> i >= from && outcomes.get(i) instanceof Accepted)
                        .count()
                < enough) {
            CountDownLatch told = new CountDownLatch(20);
            for (int i = 0; i < 20; i++) {
                int mine = id++;
                log.append(List.of(message("u" + mine % 7, "v", mine, "m" + mine)), Runnable::run, answer -> {
                    outcomes.put(mine, answer.get(0));
                    told.countDown();
                });
            }
            assertThat(told.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
        return id;
    }

    private Map<Integer, Integer> standing() throws Exception {
        Map<Integer, Integer> times = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : Brokers.records(config)) {
            for (LogEntry entry : LogRecord.parseFrom(record.value()).getEntriesList()) {
                String text = Envelope.parseFrom(entry.getEnvelope()).getText();
                times.merge(Integer.parseInt(text.substring(1)), 1, Integer::sum);
            }
        }
        return times;
    }

    /** With little time for an append, so that the start of a broker is long enough for each of the outcomes. */
    @Test
    void aBrokerThatIsKilledAndComesBackLosesNothingThatWasAccepted() throws Exception {
        door.close();
        config = config.withTimeouts(Brokers.STAYING.withAppend(Duration.ofSeconds(6)));
        openDoor();
        int next = sendUntilAccepted(0, 100);
        Thread killer = new Thread(() -> {
            broker.kill();
            broker.start();
        });
        killer.start();
        next = sendUntilAccepted(next, 100);
        killer.join();
        sendUntilAccepted(next, 100);

        Map<Integer, Integer> standing = standing();
        outcomes.forEach((id, outcome) -> {
            int times = standing.getOrDefault(id, 0);
            if (outcome instanceof Accepted) {
                assertThat(times).as("accepted " + id).isEqualTo(1);
            } else if (outcome instanceof Refused) {
                assertThat(times).as("refused " + id + " " + outcome).isZero();
            } else {
                assertThat(times).as("unknown " + id).isBetween(0, 1);
            }
        });
        await().until(() -> log.failure() == null);
    }

    @Test
    void whileABrokerIsAwayNobodyIsBlockedAndNewOnesAreRefusedAtOnce() throws Exception {
        assertThat(append(log, message("a", "b", 1, "m1"))).containsExactly(accepted(1));
        broker.pause();
        try {
            CountDownLatch first = new CountDownLatch(1);
            log.append(List.of(message("a", "b", 2, "m2")), Runnable::run, answer -> {
                outcomes.put(2, answer.get(0));
                first.countDown();
            });
            await().until(() -> log.failure() != null);
            assertThat(first.getCount()).isEqualTo(1);
            AppendOutcome refused = append(log, message("a", "b", 3, "m3")).get(0);
            assertThat(((Refused) refused).code()).isEqualTo(Code.UNAVAILABLE);
            assertThat(first.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(outcomes.get(2)).isInstanceOf(Unknown.class);
        } finally {
            broker.resume();
        }
        await().until(() -> append(log, message("a", "b", 4, "m4")).equals(List.of(accepted(4))));
        assertThat(log.failure()).isNull();
        assertThat(standing()).doesNotContainKey(3).containsKey(1);
    }

    /** One after another, with the ids from {@code first} to before {@code end}. */
    private static void appendTo(MessageLog log, int first, int end) {
        for (int i = first; i < end; i++) {
            assertThat(append(log, message("a", "b", i, "m" + i))).containsExactly(accepted(i));
        }
    }

    private static KafkaLogReaderIT.Member withAllPartitions(LogReader reader) {
        KafkaLogReaderIT.Member member = new KafkaLogReaderIT.Member(reader);
        reader.start(member);
        await().until(() -> member.held().size() == 4);
        return member;
    }

    /** D8: the tail is lost for good, and the log has grown beyond it before anybody looked. */
    @Test
    void aTailThatWasLostIsFoundByWhatWasCommittedEvenIfTheLogHasGrownSince() throws Exception {
        appendTo(log, 0, 10);
        LogReader first = door.reader();
        withAllPartitions(first);
        assertThat(get(first.read(P, 0, 100, 1 << 20, SOON)).entries()).isNotEmpty();
        await().until(() -> get(first.read(P, 0, 100, 1 << 20, SOON)).next() == 10);
        get(first.commit(P, 10));
        door.close();

        LostTail.from(broker, config.topics().messages(), P, 6);
        openDoor();
        appendTo(log, 20, 28);
        LogReader second = door.reader();
        withAllPartitions(second);

        LogExtent extent = get(second.settle(P, 0, LogReader.NO_TERM));
        assertThat(extent.end()).isEqualTo(14);
        assertThat(extent.epochs()).containsExactly(new Epoch(1, 0), new Epoch(2, 6));
        assertThat(extent.next(LogPosition.endOf(1, 9))).isEqualTo(6);
        assertThat(extent.committed()).as("of the new epoch nothing is pushed").isEqualTo(6);
    }

    /** D8: a running reader hears of it from the brokers, and what it reads next is of another epoch. */
    @Test
    void aTailThatIsLostUnderARunningReaderBeginsAnEpoch() throws Exception {
        appendTo(log, 0, 10);
        LogReader reader = door.reader();
        KafkaLogReaderIT.Member member = withAllPartitions(reader);
        get(reader.settle(P, 0, LogReader.NO_TERM));
        List<LogReader.Entry> seen = new ArrayList<>();
        await().until(() -> {
            LogReader.Slice slice = get(reader.read(P, seen.size(), 100, 1 << 20, SOON));
            return seen.addAll(slice.entries()) && seen.size() == 10;
        });
        int term = seen.get(9).term();
        member.events.clear();

        LostTail.from(broker, config.topics().messages(), P, 7);
        try (KafkaLog other = KafkaLog.open(config, new SimpleMeterRegistry())) {
            MessageLog writer = other.messages();
            appendTo(writer, 20, 28);
        }

        // Told by a read that fails, or the partition has come anew: then nobody reads before settling.
        await().until(() -> member.events.contains("assigned " + P) || !reads(reader, 10));
        await().until(() -> member.held().contains(P));
        LogExtent extent = get(reader.settle(P, LogPosition.endOf(1, 9), term));
        assertThat(extent.epochs()).containsExactly(new Epoch(1, 0), new Epoch(2, 7));
        assertThat(extent.hasForgotten(LogPosition.endOf(1, 9))).isTrue();
        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(get(reader.read(P, 7, 100, 1 << 20, SOON))
                                .entries()
                                .get(0)
                                .offset())
                        .isEqualTo(7));
    }

    /** Whether a read is answered, which it never is by a record of another course. */
    private static boolean reads(LogReader reader, long from) throws Exception {
        try {
            assertThat(get(reader.read(P, from, 100, 1 << 20, SOON)).entries()).isEmpty();
            return true;
        } catch (ExecutionException e) {
            return false;
        }
    }

    /** D8: the log has every record that the view has seen, but the identity has lost the epoch that they were seen in. */
    @Test
    void anEpochThatTheIdentityHasLostIsFollowedByAnotherThoughTheLogIsWhole() throws Exception {
        appendTo(log, 0, 4);
        LogReader reader = door.reader();
        withAllPartitions(reader);
        int term = get(reader.read(P, 3, 1, 1 << 20, Duration.ofSeconds(20)))
                .entries()
                .get(0)
                .term();
        long seen = LogPosition.endOf(2, 3);

        LogExtent extent = get(reader.settle(P, seen, term));

        assertThat(extent.isBehind(seen)).isFalse();
        assertThat(extent.epochs()).containsExactly(new Epoch(1, 0), new Epoch(3, 4));
        assertThat(get(reader.settle(P, seen, term)).epochs()).isEqualTo(extent.epochs());
    }

    /** D8: the epoch that a lost tail began can be lost as a whole. */
    @Test
    void aTailThatIsLostAgainBeginsAnotherEpoch() throws Exception {
        appendTo(log, 0, 6);
        LogReader reader = door.reader();
        LogExtent second = get(reader.settle(P, LogPosition.endOf(1, 9), LogReader.NO_TERM));
        assertThat(second.epochs()).containsExactly(new Epoch(1, 0), new Epoch(2, 6));

        LogExtent third = get(reader.settle(P, LogPosition.endOf(2, 8), LogReader.NO_TERM));
        assertThat(third.epochs()).containsExactly(new Epoch(1, 0), new Epoch(2, 6), new Epoch(3, 6));
        assertThat(get(reader.settle(P, LogPosition.endOf(1, 9), LogReader.NO_TERM))
                        .epochs())
                .isEqualTo(third.epochs());
    }
}
