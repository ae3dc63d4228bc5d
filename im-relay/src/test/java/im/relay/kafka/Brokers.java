package im.relay.kafka;

import static im.relay.PatientAwaits.PATIENCE;

import im.protocol.v1.LogEntry;
import im.protocol.v1.LogRecord;
import im.relay.Retention;
import im.servers.KafkaServer;
import im.servers.Servers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** Brokers and what stands in them, as tests ask. */
public final class Brokers {
    /**
     * Members of a group keep their partitions on a machine that stands still for a while. Nobody waits for the end of
     * such a session: who closes its reader leaves the group. Below the brokers' 45 s, so it is the classic protocol.
     */
    public static final KafkaTimeouts STAYING =
            KafkaTimeouts.DEFAULT.withStart(PATIENCE).withSession(Duration.ofSeconds(30));

    static final Duration R = Retention.DEFAULT.time();
    static final Duration W = Duration.ofMinutes(10);

    private Brokers() {}

    /** Topics that no other test has, on the broker of this JVM: 4 partitions of the log, 8 of the bus. */
    public static KafkaConfig config() {
        return config(Servers.kafka().toString());
    }

    public static KafkaConfig config(KafkaServer own) {
        return config(own.bootstrap());
    }

    private static KafkaConfig config(String bootstrap) {
        String prefix = "t" + UUID.randomUUID().toString().substring(0, 8) + ".";
        return KafkaConfig.of(List.of(bootstrap))
                .withTopics(TopicSettings.DEFAULT
                        .withNames(1, prefix)
                        .withPartitions(4, 8)
                        .withReplication(1, 1))
                .withTimeouts(KafkaTimeouts.DEFAULT.withStart(PATIENCE));
    }

    static Admin admin(KafkaConfig config) {
        return Admin.create(Map.of("bootstrap.servers", config.bootstrap()));
    }

    static <T> T get(KafkaFuture<T> asked) throws Exception {
        return asked.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    static <T> T get(CompletionStage<T> asked) throws Exception {
        return asked.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** The log holds nothing of what it held, as after its retention. */
    public static void trim(KafkaConfig config) throws Exception {
        try (Admin admin = admin(config)) {
            Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
            for (int p = 0; p < config.topics().partitions(); p++) {
                all.put(new TopicPartition(config.topics().messages(), p), RecordsToDelete.beforeOffset(-1));
            }
            get(admin.deleteRecords(all).all());
        }
    }

    /** All records of the log, partition by partition. */
    static List<ConsumerRecord<byte[], byte[]>> records(KafkaConfig config) {
        List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(new ClientSettings(config).consumer("test"))) {
            for (int p = 0; p < config.topics().partitions(); p++) {
                TopicPartition partition = new TopicPartition(config.topics().messages(), p);
                consumer.assign(List.of(partition));
                long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
                consumer.seek(
                        partition, consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L));
                while (consumer.position(partition) < end) {
                    consumer.poll(Duration.ofMillis(200)).forEach(all::add);
                }
            }
        }
        return all;
    }

    /** The envelopes of a conversation, in the log's order. */
    static List<byte[]> envelopes(KafkaConfig config, String conversation) throws Exception {
        List<byte[]> envelopes = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> entry : records(config)) {
            LogRecord value = LogRecord.parseFrom(entry.value());
            if (value.getConversation().equals(conversation)) {
                for (LogEntry message : value.getEntriesList()) {
                    envelopes.add(message.getEnvelope().toByteArray());
                }
            }
        }
        return envelopes;
    }
}
