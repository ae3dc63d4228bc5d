package im.relay.kafka;

import static im.relay.Answers.append;
import static im.relay.Requests.message;
import static im.relay.kafka.Brokers.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import im.protocol.ConversationKey;
import im.relay.LogExtent;
import im.relay.LogExtent.Epoch;
import im.relay.LogPosition;
import im.relay.LogReader;
import im.relay.LogReader.Entry;
import im.relay.LogReader.Slice;
import im.relay.MessageLog;
import im.relay.Partitions;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@Tag("once")
@EnabledIf("im.servers.Requirement#kafka")
class KafkaLogReaderIT {
    private static final Duration SOON = Duration.ofMillis(200);
    private static final int ALL = 1 << 20;

    private final KafkaConfig config = Brokers.config()
            .withTopics(Brokers.config().topics().withPartitions(4, 8))
            .withTimeouts(Brokers.STAYING);
    private final List<AutoCloseable> open = new ArrayList<>();
    private KafkaLog door;
    private MessageLog log;

    @BeforeEach
    void open() {
        door = door();
        log = door.messages();
    }

    private KafkaLog door() {
        KafkaLog opened = KafkaLog.open(config, new SimpleMeterRegistry());
        open.add(opened);
        return opened;
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    private Member member() {
        Member member = new Member(door().reader());
        member.reader.start(member);
        return member;
    }

    private static void holds(Member member, Integer... partitions) {
        await().untilAsserted(() -> assertThat(member.held()).containsExactly(partitions));
    }

    /** Records of one message each, all in the partition of a and b. */
    private int fill(int from, int to) {
        for (int i = from; i < to; i++) {
            append(log, message("a", "b", i, "m" + i));
        }
        return new Partitions(4).of(ConversationKey.direct("a", "b"));
    }

    private static List<Long> offsets(Slice slice) {
        return slice.entries().stream().map(Entry::offset).toList();
    }

    @Test
    void aMemberReadsWhatItAsksForBackAndForth() throws Exception {
        int p = fill(0, 10);
        Member member = member();
        holds(member, 0, 1, 2, 3);

        LogExtent extent = get(member.reader.extent(p));
        assertThat(extent).isEqualTo(new LogExtent(0, 10, LogExtent.NONE, List.of(new Epoch(1, 0))));
        Slice slice = get(member.reader.read(p, 0, 4, ALL, SOON));
        assertThat(offsets(slice)).containsExactly(0L, 1L, 2L, 3L);
        assertThat(slice.next()).isEqualTo(4);
        assertThat(slice.end()).isBetween(4L, 10L);
        assertThat(offsets(get(member.reader.read(p, 4, 100, ALL, SOON)))).startsWith(4L, 5L);
        assertThat(offsets(get(member.reader.read(p, 7, 1, ALL, SOON)))).containsExactly(7L);
        assertThat(offsets(get(member.reader.read(p, 2, 2, ALL, SOON)))).containsExactly(2L, 3L);
        assertThat(offsets(get(member.reader.read(p, 2, 100, 1, SOON)))).containsExactly(2L);
    }

    @Test
    void aReadAtTheEndWaitsForWhatComes() throws Exception {
        int p = fill(0, 1);
        Member member = member();
        holds(member, 0, 1, 2, 3);

        assertThat(get(member.reader.read(p, 1, 10, ALL, Duration.ZERO)).entries())
                .isEmpty();
        var waiting = member.reader.read(p, 1, 10, ALL, Duration.ofSeconds(20));
        fill(1, 2);

        assertThat(offsets(get(waiting))).containsExactly(1L);
        assertThat(get(member.reader.read(p, 2, 10, ALL, SOON)).next()).isEqualTo(2);
    }

    @Test
    void aReadOfWhatIsNotHeldAnyMoreFailsAndTheNextGoesOn() throws Exception {
        int p = fill(0, 5);
        try (Admin admin = Brokers.admin(config)) {
            get(admin.deleteRecords(
                            Map.of(new TopicPartition(config.topics().messages(), p), RecordsToDelete.beforeOffset(3)))
                    .all());
        }
        Member member = member();
        holds(member, 0, 1, 2, 3);

        assertThat(get(member.reader.extent(p)).first()).isEqualTo(3);
        assertThatThrownBy(() -> get(member.reader.read(p, 0, 10, ALL, SOON))).hasMessageContaining("out of range");
        assertThatThrownBy(() -> get(member.reader.read(p, 9, 10, ALL, SOON))).hasMessageContaining("out of range");
        assertThat(offsets(get(member.reader.read(p, 3, 10, ALL, SOON)))).containsExactly(3L, 4L);
    }

    @Test
    void anOffsetIsFoundByTheLogsTime() throws Exception {
        int p = fill(0, 3);
        Member member = member();
        holds(member, 0, 1, 2, 3);
        Slice all = get(member.reader.read(p, 0, 10, ALL, SOON));
        long last = all.entries().get(2).timeMs();

        assertThat(get(member.reader.offsetAt(p, 0))).isZero();
        assertThat(get(member.reader.offsetAt(p, last))).isLessThanOrEqualTo(2);
        assertThat(get(member.reader.offsetAt(p, last + 1))).isEqualTo(3);
    }

    @Test
    void partitionsAreSharedAndHandedOverWithWhatIsPushed() throws Exception {
        int p = fill(0, 5);
        Member first = member();
        holds(first, 0, 1, 2, 3);
        get(first.reader.commit(p, 4));

        Member second = member();
        await().untilAsserted(() -> {
            assertThat(first.held()).hasSize(2);
            assertThat(second.held()).hasSize(2).doesNotContainAnyElementsOf(first.held());
        });
        assertThat(get(second.reader.extent(p)).committed()).isEqualTo(4);
        Member loser = first.held().contains(p) ? second : first;
        assertThatThrownBy(() -> get(loser.reader.commit(p, 5))).hasMessageContaining("is not held");
        assertThatThrownBy(() -> get(loser.reader.read(p, 0, 1, ALL, SOON))).hasMessageContaining("is not held");

        first.reader.close();
        holds(second, 0, 1, 2, 3);
        assertThat(first.held()).isEmpty();
        assertThat(first.events).noneMatch(event -> event.startsWith("lost"));
    }

    /** What is committed while a partition is being given back counts. */
    @Test
    void anOwnerFinishesBeforeAPartitionGoes() throws Exception {
        int p = fill(0, 5);
        Member first = member();
        holds(first, 0, 1, 2, 3);
        first.commitWhenRevoked(p, 3);

        first.reader.close();

        Member second = member();
        holds(second, 0, 1, 2, 3);
        assertThat(get(second.reader.extent(p)).committed()).isEqualTo(3);
    }

    /** D3: as often as partitions move, each is one member's, and all of them are somebody's. */
    @Test
    void membersThatComeAndGoLeaveNoPartitionBehind() {
        Member stays = member();
        holds(stays, 0, 1, 2, 3);
        for (int i = 0; i < 2; i++) {
            Member guest = member();
            await().until(() -> guest.held().size() == 2 && stays.held().size() == 2);
            guest.reader.close();
            holds(stays, 0, 1, 2, 3);
        }
    }

    /** D8: an epoch begins where the log ends, once, and only where it lost what was seen. */
    @Test
    void anEpochIsRaisedAtTheEndOfALogThatLostItsTail() throws Exception {
        int p = fill(0, 5);
        Member member = member();
        holds(member, 0, 1, 2, 3);

        long held = LogPosition.endOf(1, 4);
        assertThat(get(member.reader.settle(p, held, LogReader.NO_TERM)).epochs())
                .containsExactly(new Epoch(1, 0));

        long seen = LogPosition.endOf(1, 7);
        LogExtent raised = get(member.reader.settle(p, seen, LogReader.NO_TERM));
        assertThat(raised.epochs()).containsExactly(new Epoch(1, 0), new Epoch(2, 5));
        assertThat(raised.isBehind(seen)).isFalse();
        assertThat(raised.position(5, 0)).isGreaterThan(seen);
        assertThat(get(member.reader.settle(p, seen, LogReader.NO_TERM)).epochs())
                .isEqualTo(raised.epochs());
        assertThat(get(member.reader.extent((p + 1) % 4)).epochs()).containsExactly(new Epoch(1, 0));

        KafkaLog other = door();
        assertThat(get(other.reader().settle(p, 0, LogReader.NO_TERM)).epochs()).isEqualTo(raised.epochs());
    }

    /** D9: messages go on to the partitions that the log was begun with, and the readiness page says what is wrong. */
    @Test
    void partitionsThatAreAddedUnderARunningReaderAreSeenAndHoldNothing() throws Exception {
        int p = fill(0, 3);
        Member member = member();
        holds(member, 0, 1, 2, 3);
        await().until(() -> member.reader.failure() == null);

        try (Admin admin = Brokers.admin(config)) {
            get(admin.createPartitions(Map.of(config.topics().messages(), NewPartitions.increaseTo(6)))
                    .all());
        }

        await().untilAsserted(() -> assertThat(member.reader.failure())
                .contains("topic " + config.topics().messages() + ": partitions is 6, expected 4"));
        fill(3, 5);
        holds(member, 0, 1, 2, 3);
        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(offsets(get(member.reader.read(p, 0, 10, ALL, SOON))))
                        .containsExactly(0L, 1L, 2L, 3L, 4L));
    }

    @Test
    void aTopicMadeAnewUnderARunningReaderComesAnewWithAnotherEpoch() throws Exception {
        int p = fill(0, 3);
        Member member = member();
        holds(member, 0, 1, 2, 3);
        get(member.reader.read(p, 0, 10, ALL, SOON));
        member.events.clear();

        try (Admin admin = Brokers.admin(config)) {
            get(admin.deleteTopics(List.of(config.topics().messages())).all());
            await().ignoreExceptions().until(() -> {
                get(admin.createTopics(List.of(TopicShape.messages(config).made()))
                        .all());
                return true;
            });
        }

        await().ignoreExceptions()
                .untilAsserted(() -> assertThat(get(member.reader.settle(p, LogPosition.endOf(1, 2), 0))
                                .epochs())
                        .containsExactly(new Epoch(2, 0)));
        await().until(() -> member.events.contains("assigned " + p));
        fill(0, 1);
        assertThat(offsets(get(member.reader.read(p, 0, 10, ALL, Duration.ofSeconds(20)))))
                .containsExactly(0L);
    }

    /** What a relay would be told. */
    static final class Member implements LogReader.Assignments {
        final LogReader reader;
        final List<String> events = Collections.synchronizedList(new ArrayList<>());
        private final Set<Integer> held = new TreeSet<>();
        private int commitPartition = -1;
        private long commitNext;

        Member(LogReader reader) {
            this.reader = reader;
        }

        synchronized List<Integer> held() {
            return List.copyOf(held);
        }

        void commitWhenRevoked(int partition, long next) {
            commitPartition = partition;
            commitNext = next;
        }

        @Override
        public synchronized void assigned(int partition) {
            events.add("assigned " + partition);
            held.add(partition);
        }

        @Override
        public synchronized CompletionStage<Void> revoked(int partition) {
            events.add("revoked " + partition);
            held.remove(partition);
            return partition == commitPartition
                    ? reader.commit(partition, commitNext)
                    : CompletableFuture.completedFuture(null);
        }

        @Override
        public synchronized void lost(int partition) {
            events.add("lost " + partition);
            held.remove(partition);
        }
    }
}
