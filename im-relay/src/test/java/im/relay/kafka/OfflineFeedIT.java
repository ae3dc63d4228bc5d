package im.relay.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import im.protocol.codec.PlacedCodec;
import im.protocol.v1.OfflineRecord;
import im.relay.OfflineFeed;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("im.servers.Requirement#kafka")
class OfflineFeedIT {
    private final KafkaConfig config = Brokers.config();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private KafkaLog door;

    @BeforeEach
    void open() {
        door = KafkaLog.open(config, meters);
    }

    @AfterEach
    void close() {
        door.close();
    }

    /** By key. */
    private Map<String, OfflineRecord> standing(int records) {
        Map<String, OfflineRecord> found = new ConcurrentHashMap<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(new ClientSettings(config).consumer("offline-test"))) {
            List<TopicPartition> all = consumer.partitionsFor(config.topics().offline()).stream()
                    .map(each -> new TopicPartition(each.topic(), each.partition()))
                    .toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            await().until(() -> {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    found.put(
                            new String(record.key(), StandardCharsets.US_ASCII),
                            OfflineRecord.parseFrom(record.value()));
                }
                return found.size() >= records;
            });
        }
        return found;
    }

    @Test
    void whatIsMissedStandsInTheTopicUnderWhomItIsFor() {
        OfflineFeed feed = door.offlineFeed(true);
        byte[] placed = PlacedCodec.encode(64, 0, new byte[10]);

        feed.missed("bob", placed);
        feed.ofGroup("team", placed);

        Map<String, OfflineRecord> found = standing(2);
        assertThat(found.get("bob"))
                .isEqualTo(OfflineRecord.newBuilder()
                        .setFormat(1)
                        .setUid("bob")
                        .setPlaced(ByteString.copyFrom(placed))
                        .build());
        assertThat(found.get("team"))
                .isEqualTo(OfflineRecord.newBuilder()
                        .setFormat(1)
                        .setGroup("team")
                        .setPlaced(ByteString.copyFrom(placed))
                        .build());
        await().until(() ->
                meters.counter("im.relay.offline", "outcome", "sent").count() == 2);
    }

    @Test
    void groupsAreLeftOutWhereOnlyDirectMessagesAreWanted() {
        OfflineFeed feed = door.offlineFeed(false);

        feed.ofGroup("team", new byte[1]);
        feed.missed("bob", new byte[1]);

        assertThat(standing(1)).containsOnlyKeys("bob");
    }

    @Test
    void whatFindsNoRoomIsDroppedAndCounted() {
        OfflineFeed feed = door.offlineFeed(false);
        byte[] large = new byte[64 * 1024];

        for (int i = 0; i < 2_000; i++) {
            feed.missed("bob", large);
        }

        assertThat(meters.counter("im.relay.offline", "outcome", "queue_full").count())
                .isPositive();
    }

    @Test
    void aTopicThatIsNotAsItMustBeIsRefusedAtStart() throws Exception {
        try (Admin admin = Brokers.admin(config)) {
            Brokers.get(admin.createTopics(List.of(new NewTopic(config.topics().offline(), 1, (short) 1)))
                    .all());
        }

        assertThatThrownBy(() -> door.offlineFeed(false))
                .isInstanceOf(KafkaStartException.class)
                .hasMessageContaining(config.topics().offline())
                .hasMessageContaining("partitions is 1");
    }
}
