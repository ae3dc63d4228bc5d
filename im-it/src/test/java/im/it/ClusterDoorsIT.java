package im.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import im.protocol.v1.Code;
import im.protocol.v1.Envelope;
import im.protocol.v1.OfflineRecord;
import im.protocol.v1.Placed;
import im.protocol.v1.SendResult;
import im.servers.Requirement;
import im.servers.Servers;
import im.testkit.client.RawClient;
import im.testkit.server.ClusterProcess;
import im.testkit.server.ClusterSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A cluster whose webhooks go to a receiver in this test, and which tells who wakes phones. */
@Tag("once")
class ClusterDoorsIT {

    private static final HookReceiver RECEIVER = new HookReceiver();
    private static ClusterProcess cluster;

    private final String ann = TestServer.uid("ann");
    private final String bob = TestServer.uid("bob");

    @BeforeAll
    static void start() {
        assumeTrue(Requirement.cluster(), "Redis, etcd and Kafka are not all here");
        cluster = ClusterProcess.start(ClusterSpec.in(Servers.temporaryFolder("doors"))
                .set("webhooks.url", RECEIVER.url())
                .set("webhooks.secret", "hush")
                .set("webhooks.events", "before-send,after-accept,connected,disconnected,went-offline")
                .set("webhooks.before-send-timeout", "10s")
                .set("webhooks.timeout", "1m")
                .set("webhooks.offline-after", "500ms")
                .set("offline.topic", "direct"));
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
        RECEIVER.close();
    }

    /** @param gateway from 1 */
    private static RawClient welcomed(int gateway, String uid, String device) throws IOException {
        return RawClient.welcomed(
                cluster.endpoints().get(gateway - 1), cluster.tokens().of(uid), device);
    }

    private SendResult send(RawClient client, String id, String text) throws IOException {
        return client.sendAndAwait(client.text(id, bob, text, true));
    }

    @Test
    void everyGatewayTellsAndAsksTheAppsOwnServer() throws IOException {
        RawClient phone = welcomed(1, ann, "phone");
        RawClient desk = welcomed(2, ann, "desk");
        assertThat(send(phone, TestServer.messageId(), "fine").getCode()).isEqualTo(Code.OK);
        assertThat(send(desk, TestServer.messageId(), "refuse").getCode()).isEqualTo(Code.FORBIDDEN);
        assertThat(send(desk, TestServer.messageId(), "rewrite").getCode()).isEqualTo(Code.OK);

        await().until(() -> RECEIVER.texts("after-accept", ann).size() == 2);
        assertThat(RECEIVER.texts("after-accept", ann)).containsExactlyInAnyOrder("fine", "rewritten");
        await().untilAsserted(() ->
                assertThat(RECEIVER.of("connected", "device", ann)).containsExactlyInAnyOrder("phone", "desk"));
        assertThat(RECEIVER.nodes("connected", ann))
                .containsExactlyInAnyOrder(
                        phone.welcome().getNode(), desk.welcome().getNode());

        phone.close();
        await().until(() -> RECEIVER.of("disconnected", "device", ann).equals(List.of("phone")));
        assertThat(RECEIVER.of("went-offline", "uid", ann)).isEmpty();
        desk.close();
        // By the gateway that is the first to find nobody there, or by both.
        await().until(() -> RECEIVER.of("went-offline", "uid", ann).contains(ann));
    }

    @Test
    void whoIsAwayIsToldOfInTheTopicAndWhoIsThereIsNot() throws IOException {
        String missed = TestServer.messageId();
        String seen = TestServer.messageId();
        try (RawClient phone = welcomed(1, ann, "phone")) {
            assertThat(send(phone, missed, "are you there?").getCode()).isEqualTo(Code.OK);
            List<OfflineRecord> told = offline(1);
            try (RawClient bobs = welcomed(2, bob, "phone")) {
                assertThat(send(phone, seen, "now you are").getCode()).isEqualTo(Code.OK);
                TestServer.standing(bobs, ann, seen);
                String last = TestServer.messageId();
                assertThat(phone.sendAndAwait(phone.text(last, bob + "x", "nobody has ever seen", true))
                                .getCode())
                        .isEqualTo(Code.OK);
            }
            assertThat(told).hasSize(1);
            assertThat(told.get(0).getFormat()).isEqualTo(1);
            assertThat(told.get(0).getUid()).isEqualTo(bob);
            assertThat(told.get(0).getGroup()).isEmpty();
            Placed placed = Placed.parseFrom(told.get(0).getPlaced());
            Envelope envelope = placed.getEnvelope();
            assertThat(placed.getPosition()).isPositive();
            assertThat(envelope.getMessageId()).isEqualTo(missed);
            assertThat(envelope.getSender()).isEqualTo(ann);
            assertThat(envelope.getText()).isEqualTo("are you there?");
            assertThat(offline(2)).extracting(OfflineRecord::getUid).containsExactlyInAnyOrder(bob, bob + "x");
        }
    }

    /** What the topic says of this test's receivers, when there is as much; a record that is there twice is one. */
    private List<OfflineRecord> offline(int records) {
        Map<String, OfflineRecord> found = new LinkedHashMap<>();
        Map<String, Object> settings =
                Map.of("bootstrap.servers", cluster.process("kafka").address().toString());
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> all = consumer.partitionsFor("im-offline-1").stream()
                    .map(each -> new TopicPartition(each.topic(), each.partition()))
                    .toList();
            consumer.assign(all);
            consumer.seekToBeginning(all);
            AtomicInteger polls = new AtomicInteger();
            await().until(() -> {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    OfflineRecord told = OfflineRecord.parseFrom(record.value());
                    assertThat(new String(record.key(), StandardCharsets.US_ASCII))
                            .isEqualTo(told.getUid());
                    if (told.getUid().startsWith(bob)) {
                        String id =
                                Placed.parseFrom(told.getPlaced()).getEnvelope().getMessageId();
                        found.put(told.getUid() + " " + id, told);
                    }
                }
                return found.size() >= records && polls.incrementAndGet() > 2;
            });
        }
        return List.copyOf(found.values());
    }
}
