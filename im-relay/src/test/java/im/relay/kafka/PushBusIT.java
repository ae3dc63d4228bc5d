package im.relay.kafka;

import static im.relay.kafka.Brokers.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import im.protocol.v1.Push;
import im.protocol.v1.PushRecord;
import im.protocol.v1.PushedMessage;
import im.relay.PushReceiver;
import im.relay.PushSender;
import im.router.NodeId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("im.servers.Requirement#kafka")
class PushBusIT {
    private static final NodeId NODE = new NodeId(3, 17);

    private final KafkaConfig config = Brokers.config();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Heard heard = new Heard();
    private KafkaLog door;
    private PushSender sender;
    private PushReceiver receiver;

    @BeforeEach
    void open() {
        door = KafkaLog.open(config, meters);
        sender = door.pushSender();
        receiver = door.pushReceiver(heard);
    }

    @AfterEach
    void close() {
        door.close();
    }

    private static PushRecord record(NodeId node, String uid) {
        return PushRecord.newBuilder()
                .setFormat(1)
                .setIncarnation(node.incarnation())
                .addPushes(Push.newBuilder().setUid(uid).addConnections(5))
                .build();
    }

    /** The bus drops what no broker takes within 2 s, as when the machine stands still: that is sent again. */
    private void send(NodeId node, PushRecord record) {
        await().pollDelay(Duration.ZERO).ignoreExceptions().until(() -> {
            get(sender.send(node, record));
            return true;
        });
    }

    private double received(String outcome) {
        return meters.counter("im.push.received", "outcome", outcome).count();
    }

    @Test
    void aNodeHearsWhatIsSentToItFromNowOn() throws Exception {
        send(NODE, record(NODE, "before"));
        get(receiver.follow(NODE));

        send(new NodeId(4, 17), record(new NodeId(4, 17), "other slot"));
        send(NODE, record(NODE, "x"));
        send(NODE, record(NODE, "y"));

        await().untilAsserted(() -> assertThat(heard.uids).containsExactly("x", "y"));
        assertThat(heard.resyncs).isEmpty();
        assertThat(meters.counter("im.push.sent", "outcome", "sent").count()).isEqualTo(4);
    }

    @Test
    void whatIsForAnotherLifeOfTheSlotIsCountedAndDropped() throws Exception {
        get(receiver.follow(NODE));
        send(NODE, record(new NodeId(3, 16), "dead"));
        send(NODE, record(NODE, "x"));

        await().untilAsserted(() -> assertThat(heard.uids).containsExactly("x"));
        assertThat(received("other_incarnation")).isEqualTo(1);
    }

    @Test
    void aNodeThatLapsedFollowsItsNewSlot() throws Exception {
        get(receiver.follow(NODE));
        NodeId again = new NodeId(6, 18);
        get(receiver.follow(again));
        send(NODE, record(NODE, "old"));
        send(again, record(again, "x"));

        await().untilAsserted(() -> assertThat(heard.uids).containsExactly("x"));
    }

    @Test
    void whoFellOutOfRetentionIsTold() throws Exception {
        TopicPartition slot = new TopicPartition(config.topics().push(), NODE.slot());
        get(receiver.follow(NODE));
        for (int i = 0; i < 3; i++) {
            send(NODE, record(NODE, "m" + i));
        }
        await().untilAsserted(() -> assertThat(heard.uids).hasSize(3));
        try (Admin admin = Brokers.admin(config)) {
            get(admin.deleteTopics(List.of(slot.topic())).all());
            await().ignoreExceptions().until(() -> {
                get(admin.createTopics(List.of(TopicShape.push(config).made())).all());
                return true;
            });
        }

        await().untilAsserted(() -> assertThat(heard.resyncs).isNotEmpty());
        // Until the topic that was made anew has a leader, the bus takes nothing.
        await().ignoreExceptions().untilAsserted(() -> {
            get(sender.send(NODE, record(NODE, "after")));
            assertThat(heard.uids).contains("after");
        });
    }

    @Test
    void whatCannotBeReadIsCountedAndPassed() throws Exception {
        get(receiver.follow(NODE));
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(new ClientSettings(config).messages())) {
            producer.send(new ProducerRecord<>(config.topics().push(), NODE.slot(), null, new byte[] {-1, 7, 7}));
            producer.send(new ProducerRecord<>(
                    config.topics().push(),
                    NODE.slot(),
                    null,
                    record(NODE, "z").toBuilder().setFormat(2).build().toByteArray()));
        }
        send(NODE, record(NODE, "x"));

        await().untilAsserted(() -> assertThat(heard.uids).containsExactly("x"));
        assertThat(received("undecodable")).isEqualTo(1);
        assertThat(received("foreign_format")).isEqualTo(1);
    }

    @Test
    void whatIsTooLargeOrForNoSlotIsRefused() {
        PushRecord large = record(NODE, "x").toBuilder()
                .addPushes(Push.newBuilder()
                        .setMessage(PushedMessage.newBuilder()
                                .setPlaced(ByteString.copyFrom(new byte[PushSender.MAX_RECORD_BYTES]))))
                .build();
        assertThatThrownBy(() -> get(sender.send(NODE, large))).hasMessageContaining("no push");
        assertThatThrownBy(() -> get(sender.send(new NodeId(8, 1), record(NODE, "x"))))
                .hasMessageContaining("slot 8 of 8");
        assertThatThrownBy(() -> get(receiver.follow(new NodeId(8, 1)))).hasMessageContaining("slot 8");
    }

    @Test
    void whatIsSentAfterTheEndIsRefused() {
        door.close();
        assertThatThrownBy(() -> get(sender.send(NODE, record(NODE, "x")))).hasMessageContaining("takes no more");
        assertThatThrownBy(() -> get(receiver.follow(NODE))).hasStackTraceContaining("closed");
    }

    private static final class Heard implements PushReceiver.Listener {
        final List<String> uids = new CopyOnWriteArrayList<>();
        final List<String> resyncs = new CopyOnWriteArrayList<>();

        @Override
        public void pushed(List<Push> pushes) {
            pushes.forEach(push -> uids.add(push.getUid()));
        }

        @Override
        public void resync(String why) {
            resyncs.add(why);
        }
    }
}
