package im.relay.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.protocol.ConversationKey;
import im.relay.Answers;
import im.relay.AppendOutcome;
import im.relay.ConversationStore;
import im.relay.LogPosition;
import im.relay.Partitions;
import im.relay.PlacedMessage;
import im.relay.Requests;
import im.relay.kafka.Brokers;
import im.relay.kafka.KafkaConfig;
import im.relay.kafka.LostTail;
import im.servers.Address;
import im.servers.KafkaServer;
import im.servers.ServerOptions;
import im.servers.Servers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** D8 with a real Kafka that loses the end of its log, and grows again beyond what a view has seen of it. */
@Tag("once")
@EnabledIf("im.servers.Requirement#cluster")
class LostTailIT extends RelaysOverServers {
    private static final ConversationKey AB = ConversationKey.direct("a", "b");
    private static final int P = new Partitions(PARTITIONS).of(AB);

    private static KafkaServer broker;

    private final List<String> accepted = new ArrayList<>();

    @BeforeAll
    static void start() {
        broker = KafkaServer.start(Servers.temporaryFolder("kafka-tail"), ServerOptions.defaults());
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Override
    KafkaConfig kafka() {
        return Brokers.config(broker).withTimeouts(Brokers.STAYING.withAppend(Duration.ofSeconds(6)));
    }

    @Override
    Address redis() {
        return Servers.redis();
    }

    /** A record each, sent until it is accepted. */
    private void send(int from, int to) {
        for (int i = from; i < to; i++) {
            int id = i;
            await().until(() -> Answers.append(log, Requests.message("a", "b", id, "m" + id))
                            .get(0)
                    instanceof AppendOutcome.Accepted);
            accepted.add("m" + i);
        }
    }

    private ConversationStore.Page page(long after) {
        return Answers.page(store, AB, after);
    }

    /** Page by page: one ends before a hole. */
    private List<PlacedMessage> held() {
        List<PlacedMessage> held = new ArrayList<>();
        ConversationStore.Page page;
        do {
            page = page(held.isEmpty() ? 0 : held.get(held.size() - 1).position());
            held.addAll(page.messages());
        } while (page.more() && !page.messages().isEmpty());
        return held;
    }

    /** All that was accepted is held, and what stood before the loss is not joined to what stands behind it. */
    private void hasAllWithAHoleBefore(int first) {
        await().ignoreExceptions().untilAsserted(() -> assertThat(held()).hasSize(accepted.size()));
        List<PlacedMessage> held = held();
        assertThat(held).extracting(Requests::text).containsExactlyElementsOf(accepted);
        long before = held.get(first - 1).position();
        PlacedMessage behind = held.get(first);
        assertThat(LogPosition.epoch(before)).isEqualTo(1);
        assertThat(LogPosition.epoch(behind.position())).isEqualTo(2);
        assertThat(behind.prev()).as("no prev reaches across").isGreaterThan(before);
        assertThat(page(before).isTruncatedAfter(before)).isTrue();
        assertThat(page(behind.prev()).isTruncatedAfter(behind.prev())).isFalse();
    }

    @Test
    void aTailThatIsLostUnderARunningRelayIsAHoleAndNothingThatComesAfterIsMissing_D8() throws Exception {
        LiveRelay relay = relay();
        send(0, 10);
        await().ignoreExceptions().until(() -> held().size() == 10);

        LostTail.from(broker, config.topics().messages(), P, 7);
        send(10, 18);

        hasAllWithAHoleBefore(10);
        // A relay that has to seek again while it moves over the hole counts it again.
        assertThat(relay.count("im.relay.lost.tails")).isPositive();
        assertThat(LogPosition.offset(held().get(10).position())).isEqualTo(7);
    }

    /** What the group had committed is gone too, so that only the view knows what it has seen. */
    @Test
    void aTailThatIsLostWhileNoRelayRunsIsFoundByWhatTheViewHasSeen_D8() throws Exception {
        LiveRelay first = relay();
        send(0, 10);
        await().ignoreExceptions().until(() -> held().size() == 10);
        first.close();

        LostTail.from(broker, config.topics().messages(), P, 7);
        send(10, 18);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            admin.deleteConsumerGroupOffsets(
                            config.topics().group(),
                            Set.of(new TopicPartition(config.topics().messages(), P)))
                    .all()
                    .get();
        }
        LiveRelay second = relay();

        hasAllWithAHoleBefore(10);
        assertThat(second.count("im.relay.lost.tails")).isPositive();
    }
}
