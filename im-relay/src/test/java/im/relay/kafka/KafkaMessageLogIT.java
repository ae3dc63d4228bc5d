package im.relay.kafka;

import static im.relay.Answers.append;
import static im.relay.Requests.accepted;
import static im.relay.Requests.message;
import static im.relay.kafka.Brokers.get;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.protocol.v1.LogRecord;
import im.relay.AppendRequest;
import im.relay.MessageLog;
import im.relay.MessageLogContract;
import im.relay.Partitions;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("im.servers.Requirement#kafka")
class KafkaMessageLogIT extends MessageLogContract {
    private final KafkaConfig config = Brokers.config();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private KafkaLog door;
    private MessageLog log;

    @BeforeEach
    void open() {
        door = KafkaLog.open(config, meters);
        log = door.messages();
    }

    @AfterEach
    void close() {
        door.close();
    }

    @Override
    protected MessageLog log() {
        return log;
    }

    @Override
    protected List<byte[]> standing(ConversationKey conversation) throws Exception {
        return Brokers.envelopes(config, conversation.text());
    }

    /** D9: our own code says which partition; and the record is what log.proto says. */
    @Test
    void aCallIsOneRecordInThePartitionOfItsConversation() throws Exception {
        AppendRequest first = message("a", "b", 1, "x");
        append(log, first, message("a", "b", 2, "y"));

        List<ConsumerRecord<byte[], byte[]>> records = Brokers.records(config);
        assertThat(records).hasSize(1);
        ConsumerRecord<byte[], byte[]> found = records.get(0);
        assertThat(found.partition()).isEqualTo(new Partitions(4).of(first.conversation()));
        assertThat(new String(found.key(), StandardCharsets.US_ASCII)).isEqualTo("d|a|b");
        assertThat(found.timestampType().toString()).isEqualTo("LogAppendTime");
        LogRecord value = LogRecord.parseFrom(found.value());
        assertThat(value.getFormat()).isEqualTo(1);
        assertThat(value.getSender()).isEqualTo("a");
        assertThat(value.getEntriesList()).hasSize(2);
        assertThat(value.getEntries(0).getMessageId().size()).isEqualTo(16);
        assertThat(value.getEntries(0).getRequestHash().toByteArray()).isEqualTo(first.requestHash());
    }

    @Test
    void aMessageIntoAGroupIsTakenFromAnybodyAndRaisesTheEndOfItsPartition() throws Exception {
        AppendRequest direct = message("a", "b", 1, "x");
        ConversationKey group = ConversationKey.group("team");
        int partition = new Partitions(4).of(group);
        LogEnds ends = door.ends();
        long before = get(ends.of(partition));

        append(
                log,
                new AppendRequest(
                        group, "a", direct.messageId(), direct.requestHash(), direct.acceptedMs(), direct.envelope()));

        assertThat(get(ends.of(partition))).isEqualTo(before + 1);
        assertThat(standing(group)).hasSize(1);
    }

    @Test
    void noRecordIsLargerThanHalfAMebibyte() throws Exception {
        AppendRequest[] batch = new AppendRequest[64];
        for (int i = 0; i < batch.length; i++) {
            batch[i] = message("a", "b", i, "x".repeat(64_000));
        }
        append(log, batch);

        assertThat(Brokers.records(config))
                .hasSizeBetween(8, 10)
                .allMatch(entry -> entry.serializedValueSize() <= Append.MAX_RECORD_BYTES);
    }

    @Test
    void closingWaitsForWhatIsOnItsWay() throws Exception {
        int calls = 50;
        CountDownLatch told = new CountDownLatch(calls);
        for (int i = 0; i < calls; i++) {
            int id = i;
            log.append(List.of(message("a", "b", i, "m" + i)), Runnable::run, outcomes -> {
                if (outcomes.equals(List.of(accepted(id)))) {
                    told.countDown();
                }
            });
        }

        door.close();

        assertThat(told.getCount()).as("not told when it had closed").isZero();
        assertThat(Brokers.records(config)).hasSize(calls);
        assertThat(append(log, message("a", "b", 999, "late")).toString()).contains("the log is closed");
    }
}
