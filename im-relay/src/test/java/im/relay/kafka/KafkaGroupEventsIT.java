package im.relay.kafka;

import static im.relay.kafka.Brokers.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.protocol.v1.GroupEvent;
import im.protocol.v1.MembershipChange.Joining;
import im.protocol.v1.MembershipChange.Posting;
import im.protocol.v1.MembershipChange.Role;
import im.relay.GroupEffect;
import im.relay.GroupEvents;
import im.relay.group.GroupState;
import im.relay.group.Membership;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("im.servers.Requirement#kafka")
class KafkaGroupEventsIT {
    private final KafkaConfig config = Brokers.config();
    private final KafkaLog kafka = KafkaLog.open(config, new SimpleMeterRegistry());
    private final GroupEvents events = kafka.groupEvents();

    @AfterEach
    void close() {
        kafka.close();
    }

    private static GroupEffect effect(String group, long position, String uid) {
        GroupState state = new GroupState(Posting.ALL, Joining.INVITED, "t", "ann", 1, 1, position, 0);
        return new GroupEffect(
                group, position, position, state, Map.of(uid, new Membership(Role.MEMBER, position, List.of())));
    }

    private List<GroupEffect> load(int partition, long upTo) throws Exception {
        return get(events.load(partition, upTo, (read, of) -> {}));
    }

    private void put(String key, byte[] value) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(new ClientSettings(config).groups())) {
            producer.send(new ProducerRecord<>(
                            config.topics().groups(), 0, key.getBytes(StandardCharsets.US_ASCII), value))
                    .get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void aTopicWithNothingHasNoGroups() throws Exception {
        assertThat(load(3, Long.MAX_VALUE)).isEmpty();
    }

    @Test
    void whatIsWrittenIsLoadedByAnyProcessAndOnlyFromItsPartition() throws Exception {
        get(events.write(1, List.of(effect("g", 64, "ann"), effect("g", 128, "bob"))));
        get(events.write(2, List.of(effect("h", 64, "cat"))));

        try (KafkaLog other = KafkaLog.open(config, new SimpleMeterRegistry())) {
            List<GroupEffect> loaded = get(other.groupEvents().load(1, Long.MAX_VALUE, (read, of) -> {}));
            assertThat(loaded).extracting(GroupEffect::position).containsExactly(64L, 128L);
            assertThat(loaded).allMatch(effect -> effect.group().equals("g"));
        }
        assertThat(load(2, Long.MAX_VALUE)).containsExactly(effect("h", 64, "cat"));
        assertThat(load(0, Long.MAX_VALUE)).isEmpty();
        assertThat(load(1, 64)).containsExactly(effect("g", 64, "ann"));
    }

    @Test
    void theNewestIsTheLargestPositionThoughAnOlderOneWasWrittenAgain() throws Exception {
        assertThat(get(events.newest(3))).isZero();
        get(events.write(3, List.of(effect("g", 64, "ann"), effect("h", 128, "bob"))));
        get(events.write(3, List.of(effect("g", 64, "ann"))));

        assertThat(get(events.newest(3))).isEqualTo(128);
    }

    @Test
    void whatIsWrittenAgainChangesNothing() throws Exception {
        for (int i = 0; i < 3; i++) {
            get(events.write(0, List.of(effect("g", 64, "ann"))));
        }
        assertThat(load(0, 64)).containsExactly(effect("g", 64, "ann"));
    }

    @Test
    void thousandsAreLoadedAndHowFarItIsIsTold() throws Exception {
        List<Long> told = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 10; i++) {
            List<GroupEffect> effects = new ArrayList<>();
            for (int k = 0; k < 500; k++) {
                effects.add(effect("g" + k, 64L * (1 + 500L * i + k), "u" + i));
            }
            get(events.write(0, effects));
        }

        List<GroupEffect> loaded = get(events.load(0, Long.MAX_VALUE, (read, of) -> {
            assertThat(of).isGreaterThanOrEqualTo(10_000);
            told.add(read);
        }));

        assertThat(loaded).hasSize(5_000);
        assertThat(told).isSorted().last().isEqualTo(told.get(told.size() - 1));
    }

    @Test
    void whatIsNoneOfOursIsMovedOverAndANewerFormatIsNot() throws Exception {
        put("nobody's", new byte[] {1, 2, 3});
        get(events.write(0, List.of(effect("g", 64, "ann"))));
        assertThat(load(0, Long.MAX_VALUE)).containsExactly(effect("g", 64, "ann"));

        put("g|ann|128", GroupEvent.newBuilder().setFormat(2).build().toByteArray());
        assertThatThrownBy(() -> load(0, Long.MAX_VALUE)).hasMessageContaining("newer version");
    }

    @Test
    void afterTheEndNothingIsTaken() {
        kafka.close();
        assertThatThrownBy(() -> get(events.write(0, List.of(effect("g", 64, "ann")))))
                .isNotNull();
        assertThatThrownBy(() -> load(0, 1)).isNotNull();
    }
}
