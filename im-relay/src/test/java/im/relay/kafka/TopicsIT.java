package im.relay.kafka;

import static im.relay.PatientAwaits.PATIENCE;
import static im.relay.kafka.Brokers.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import im.protocol.v1.LogIdentity;
import im.relay.LogExtent;
import im.relay.LogExtent.Epoch;
import im.relay.LogPosition;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("once")
@EnabledIf("im.servers.Requirement#kafka")
class TopicsIT {
    private final KafkaConfig config = Brokers.config();

    private static KafkaLog open(KafkaConfig config) {
        return KafkaLog.open(config, new SimpleMeterRegistry());
    }

    @Test
    void missingTopicsAreMadeAsTheyMustBe() throws Exception {
        open(config).close();

        try (Admin admin = Brokers.admin(config)) {
            Map<String, Integer> partitions = new HashMap<>();
            get(admin.describeTopics(List.of(
                                    config.topics().messages(),
                                    config.topics().identity(),
                                    config.topics().groups(),
                                    config.topics().push()))
                            .allTopicNames())
                    .forEach((name, topic) ->
                            partitions.put(name, topic.partitions().size()));
            assertThat(partitions)
                    .containsEntry(config.topics().messages(), 4)
                    .containsEntry(config.topics().identity(), 1)
                    .containsEntry(config.topics().groups(), 4)
                    .containsEntry(config.topics().push(), 8);
            Config messages = settings(admin, config.topics().messages());
            assertThat(messages.get("retention.ms").value())
                    .isEqualTo(Long.toString(Brokers.R.plus(Brokers.W).toMillis()));
            assertThat(messages.get("message.timestamp.type").value()).isEqualTo("LogAppendTime");
            assertThat(messages.get("min.insync.replicas").value()).isEqualTo("1");
            assertThat(settings(admin, config.topics().identity())
                            .get("cleanup.policy")
                            .value())
                    .isEqualTo("compact");
        }
    }

    /** D16: what became of groups must stay for ever, and be in the partition of the log. */
    @ParameterizedTest
    @CsvSource({
        "cleanup.policy, delete, 4, cleanup.policy is delete; expected compact",
        "cleanup.policy, 'compact,delete', 4, 'cleanup.policy is compact,delete; expected compact'",
        "unclean.leader.election.enable, true, 4, unclean.leader.election.enable is true; expected false",
        "retention.ms, -1, 5, partitions is 5; expected 4",
    })
    void aLogOfGroupsThatIsSetOtherwiseIsRefusedByName(String setting, String value, int partitions, String wrong)
            throws Exception {
        Map<String, String> settings =
                new HashMap<>(TopicShape.groups(config).made().configs());
        settings.put(setting, value);
        try (Admin admin = Brokers.admin(config)) {
            make(admin, new NewTopic(config.topics().groups(), partitions, (short) 1).configs(settings));
        }

        assertThatThrownBy(() -> open(config))
                .isInstanceOf(KafkaStartException.class)
                .hasMessage("topic " + config.topics().groups() + ": " + wrong.replace(';', ','));
    }

    private static Config settings(Admin admin, String topic) throws Exception {
        ConfigResource asked = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        return Objects.requireNonNull(
                get(admin.describeConfigs(List.of(asked)).all()).get(asked));
    }

    @Test
    void manyThatStartAtOnceAgreeOnOneLog() throws Exception {
        int processes = 6;
        ExecutorService threads = Executors.newFixedThreadPool(processes);
        try {
            List<Future<String>> starts = new ArrayList<>();
            for (int i = 0; i < processes; i++) {
                starts.add(threads.submit(() -> {
                    try (KafkaLog log = open(config)) {
                        return log.logId();
                    }
                }));
            }
            Set<String> ids = new HashSet<>();
            for (Future<String> start : starts) {
                ids.add(start.get(PATIENCE.toSeconds(), TimeUnit.SECONDS));
            }
            assertThat(ids).hasSize(1);
            try (KafkaLog later = open(config)) {
                assertThat(ids).containsExactly(later.logId());
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "message.timestamp.type, CreateTime, LogAppendTime",
        "retention.ms, 604800000, '605400000 or more, or -1'",
        "retention.bytes, 1000000, -1",
        "cleanup.policy, compact, delete",
        "max.message.bytes, 100000, 1048576 or more",
        "unclean.leader.election.enable, true, false",
    })
    void aTopicThatIsSetOtherwiseIsRefusedByName(String setting, String value, String expected) throws Exception {
        Map<String, String> settings =
                new HashMap<>(TopicShape.messages(config).made().configs());
        settings.put(setting, value);
        try (Admin admin = Brokers.admin(config)) {
            make(admin, new NewTopic(config.topics().messages(), 4, (short) 1).configs(settings));
        }

        assertThatThrownBy(() -> open(config))
                .isInstanceOf(KafkaStartException.class)
                .hasMessage("topic " + config.topics().messages() + ": " + setting + " is " + value + ", expected "
                        + expected);
    }

    private static void make(Admin admin, NewTopic topic) throws Exception {
        get(admin.createTopics(List.of(topic)).all());
    }

    /** D9: the number of partitions is that of the topic for ever. */
    @Test
    void aTopicOfOtherPartitionsIsRefused() throws Exception {
        open(config).close();
        KafkaConfig other = config.withTopics(config.topics().withPartitions(8, 8));
        assertThatThrownBy(() -> open(other))
                .isInstanceOf(KafkaStartException.class)
                .hasMessage("topic " + config.topics().messages() + ": partitions is 4, expected 8");

        try (Admin admin = Brokers.admin(config)) {
            get(admin.createPartitions(Map.of(config.topics().messages(), NewPartitions.increaseTo(8)))
                    .all());
        }
        assertThatThrownBy(() -> open(other))
                .isInstanceOf(KafkaStartException.class)
                .hasMessageContaining("has 4 partitions, expected 8 as configured");
    }

    @Test
    void aMissingTopicIsRefusedWhereNoneIsToBeMade() {
        assertThatThrownBy(() -> open(config.withTopics(config.topics().withCreate(false))))
                .isInstanceOf(KafkaStartException.class)
                .hasMessage("topic " + config.topics().messages() + " is missing, and is not to be made");
    }

    @Test
    void moreCopiesThanBrokersAreRefused() {
        assertThatThrownBy(() -> open(config.withTopics(config.topics().withReplication(3, 2))))
                .isInstanceOf(KafkaStartException.class)
                .hasMessageContaining("topic " + config.topics().messages() + ": replication is to be 3");
    }

    @Test
    void fewerCopiesThanConfiguredAreRefused() throws Exception {
        open(config).close();
        assertThatThrownBy(() -> open(config.withTopics(config.topics().withReplication(2, 1))))
                .isInstanceOf(KafkaStartException.class)
                .hasMessageContaining(": replication of partition 0 is 1, expected 2 or more");
    }

    @Test
    void aBrokerThatIsNotThereIsToldWithinTheTimeForTheStart() throws Exception {
        try (ServerSocket silent = new ServerSocket(0)) {
            KafkaConfig nowhere = KafkaConfig.of(List.of("127.0.0.1:" + silent.getLocalPort()))
                    .withTimeouts(KafkaTimeouts.DEFAULT
                            .withStart(Duration.ofSeconds(2))
                            .withRequest(Duration.ofSeconds(1)));
            assertThatThrownBy(() -> open(nowhere))
                    .isInstanceOf(KafkaStartException.class)
                    .hasMessageContaining("no broker of 127.0.0.1:" + silent.getLocalPort());
        }
        assertThatThrownBy(() -> open(KafkaConfig.of(List.of("nowhere.invalid:9092"))))
                .isInstanceOf(KafkaStartException.class)
                .hasMessageContaining("bootstrap");
    }

    /** D8: positions of a topic made anew lie above all of the old one; devices' cursors stay what they are. */
    @Test
    void aTopicMadeAnewBeginsAnEpoch() throws Exception {
        String logId;
        try (KafkaLog log = open(config)) {
            logId = log.logId();
        }
        try (Admin admin = Brokers.admin(config)) {
            get(admin.deleteTopics(List.of(config.topics().messages())).all());
            await().until(() -> isGone(admin, config.topics().messages()));
        }

        try (KafkaLog log = open(config)) {
            assertThat(log.logId()).isEqualTo(logId);
            LogExtent extent = get(log.reader().extent(2));
            assertThat(extent.epochs()).containsExactly(new Epoch(2, 0));
            assertThat(extent.before(0)).isGreaterThan(LogPosition.endOf(1, LogPosition.MAX_OFFSET - 1));
        }
        try (KafkaLog again = open(config)) {
            assertThat(get(again.reader().extent(2)).epochs()).containsExactly(new Epoch(2, 0));
        }
    }

    private static boolean isGone(Admin admin, String topic) throws Exception {
        return get(admin.listTopics().names()).stream().noneMatch(topic::equals);
    }

    @Test
    void messagesWithoutAnIdentityAreRefused() throws Exception {
        open(config).close();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(new ClientSettings(config).messages())) {
            producer.send(new ProducerRecord<>(config.topics().messages(), 0, null, new byte[] {1}))
                    .get(30, TimeUnit.SECONDS);
        }
        try (Admin admin = Brokers.admin(config)) {
            get(admin.deleteTopics(List.of(config.topics().identity())).all());
            await().until(() -> isGone(admin, config.topics().identity()));
        }

        assertThatThrownBy(() -> open(config))
                .isInstanceOf(KafkaStartException.class)
                .hasMessageContaining("topic " + config.topics().identity() + " is empty");
    }

    @Test
    void anIdentityOfALaterFormatIsRefused() throws Exception {
        try (Admin admin = Brokers.admin(config)) {
            make(admin, TopicShape.identity(config).made());
        }
        byte[] later = LogIdentity.newBuilder().setFormat(2).build().toByteArray();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(new ClientSettings(config).identity())) {
            producer.send(new ProducerRecord<>(config.topics().identity(), 0, new byte[] {1}, later))
                    .get(30, TimeUnit.SECONDS);
        }

        assertThatThrownBy(() -> open(config))
                .isInstanceOf(KafkaStartException.class)
                .hasMessage(
                        "topic " + config.topics().identity() + ": format of the record at offset 0 is 2, expected 1");
    }
}
