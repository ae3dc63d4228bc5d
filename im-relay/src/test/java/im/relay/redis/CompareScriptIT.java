package im.relay.redis;

import static im.relay.Answers.behind;
import static im.relay.Answers.compare;
import static im.relay.Answers.open;
import static im.relay.Answers.raise;
import static im.relay.Requests.message;
import static im.relay.redis.HandRelay.await;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.relay.ConversationStore.Behind;
import im.relay.ConversationStore.Comparison;
import im.relay.CursorStore;
import im.relay.IndexView;
import im.relay.LoggedMessage;
import im.servers.Servers;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@Tag("once")
@EnabledIf("im.servers.Requirement#redis")
class CompareScriptIT {
    private static final ConversationKey AB = ConversationKey.direct("a", "b");

    private final HandRelay relay = HandRelay.started(Servers.redis(), HandRelay.UNLIMITED);
    private final int bucket = relay.index.bucketOf("a");

    @AfterEach
    void close() {
        relay.close();
    }

    private Comparison comparison() {
        return compare(relay.store, "a", "d", Map.of(), false, List.of());
    }

    /** D20: complete only as far as every partition's log is in this bucket's index, and that is known. */
    @Test
    void completeAsOfIsTheTimeThatAllPartitionsHaveReachedInTheIndex_D20() {
        assertThat(comparison().asOfMs())
                .as("nobody has said where the log ends")
                .isZero();
        relay.append(List.of(message("a", "b", 1, "1")), Runnable::run, done -> {});
        long now = relay.timeMs + 5_000;
        relay.heartbeat(now);

        Awaitility.await().untilAsserted(() -> assertThat(comparison().asOfMs()).isEqualTo(now));

        // One partition goes on, is in the view, and this bucket's mark does not say so.
        relay.timeMs = now + 60_000;
        List<LoggedMessage> record = relay.record(List.of(message("x", "y", 1, "other")));
        relay.indexed(record);
        relay.applied(record);
        assertThat(comparison().asOfMs()).isEqualTo(now);
        relay.heartbeat(now + 70_000);
        Awaitility.await().untilAsserted(() -> assertThat(comparison().asOfMs()).isEqualTo(now + 70_000));
    }

    /** D20: a bucket that lost its mark can say of no time that it has everything, however much others know. */
    @Test
    void aBucketThatLostItsMarksIsCompleteAsOfNoTime_D20() {
        relay.append(List.of(message("a", "b", 1, "1")), Runnable::run, done -> {});
        relay.heartbeat(relay.timeMs + 5_000);
        Awaitility.await().untilAsserted(() -> assertThat(comparison().asOfMs()).isPositive());

        relay.lose("{u" + bucket + "}");

        Comparison after = comparison();
        assertThat(after.behind()).isEmpty();
        assertThat(after.asOfMs()).isZero();
    }

    /** D20: a partition under load reaches times without ever being idle. */
    @Test
    void aBusyLogIsCompleteAsOfTheTimesOfItsRecords_D20() {
        for (int partition = 0; partition < HandRelay.PARTITIONS; partition++) {
            int of = partition;
            ConversationKey in = java.util.stream.IntStream.iterate(0, i -> i + 1)
                    .mapToObj(i -> ConversationKey.direct("a", "p" + i))
                    .filter(conversation -> relay.partitions.of(conversation) == of)
                    .findFirst()
                    .orElseThrow();
            relay.append(List.of(message("a", in.peerOf("a"), 1, "m")), Runnable::run, done -> {});
        }
        assertThat(comparison().asOfMs()).isEqualTo(relay.timeMs);
    }

    /** D19: the view's slot lost its end, the index did not: who has more than the view is told so. */
    @Test
    void aViewBehindWhatTheDeviceHasIsTold_D19() {
        relay.append(List.of(message("a", "b", 1, "1")), Runnable::run, done -> {});
        int p = relay.partitions.of(AB);
        RolledBack slot = new RolledBack(relay, "{p" + p + "}");
        long before = relay.applied(p);
        List<LoggedMessage> lost = relay.record(List.of(message("b", "a", 2, "2")));
        relay.indexed(lost);
        relay.applied(lost);
        long cursor = lost.get(0).position();
        assertThat(compare(relay.store, "a", "d", Map.of(AB, cursor), true, List.of())
                        .behind())
                .isEmpty();
        slot.restore();

        assertThat(compare(relay.store, "a", "d", Map.of(AB, cursor), true, List.of())
                        .behind())
                .containsExactly(new Behind(AB, before, cursor, 0));

        relay.seek(p, before);
        relay.applied(lost);
        assertThat(compare(relay.store, "a", "d", Map.of(AB, cursor), true, List.of())
                        .behind())
                .isEmpty();
    }

    /** D25: the version told is of the step that read the heads: what lands later makes it differ. */
    @Test
    void whatIsIndexedBehindACompareMakesItsVersionDiffer_D25() {
        relay.append(List.of(message("a", "b", 1, "1")), Runnable::run, done -> {});
        Comparison before = comparison();

        List<LoggedMessage> record = relay.record(List.of(message("b", "a", 2, "2")));
        relay.indexed(record);

        assertThat(im.relay.Answers.versions(relay.store, "a")[0]).isNotEqualTo(before.version());
        assertThat(comparison().behind())
                .as("the index goes first: the head is told before the view has it")
                .extracting(Behind::head)
                .containsExactly(record.get(0).position());
    }

    /** D10: what was dropped before a device was there was never its; one that has cursors is told. */
    @Test
    void onlyADeviceThatWasThereBeforeStartsBelowTheFloor_D10_D21() {
        List<LoggedMessage> first = relay.record(List.of(message("b", "a", 1, "1")));
        relay.indexed(first);
        relay.applied(first);
        int p = relay.partitions.of(AB);
        await(relay.redis.call(im.router.redis.Redis.Call.of(
                "HSET",
                relay.keys.conversation(p, AB),
                StoreKeys.bytes("f"),
                im.router.redis.Redis.decimal(first.get(0).position()))));
        List<LoggedMessage> second = relay.record(List.of(message("b", "a", 2, "2")));
        relay.indexed(second);
        relay.applied(second);
        open(relay.cursors, "a", "new", CursorStore.Start.FIRST_HELD);
        open(relay.cursors, "a", "known", CursorStore.Start.CURSORS);
        open(relay.cursors, "a", "late", CursorStore.Start.HEADS);
        long floor = first.get(0).position();
        long head = second.get(0).position();

        assertThat(behind(relay.store, "a", "new")).containsExactly(new Behind(AB, head, floor, floor));
        assertThat(behind(relay.store, "a", "known")).containsExactly(new Behind(AB, head, 0, floor));
        assertThat(behind(relay.store, "a", "late")).isEmpty();
    }

    /** D21: Redis forgot everything; the device that opens with its cursors starts at the first message held. */
    @Test
    void aDeviceWithCursorsIsNeverAtTheHeadsWhenRedisHasForgottenIt_D21() {
        open(relay.cursors, "a", "d", CursorStore.Start.HEADS);
        relay.append(List.of(message("b", "a", 1, "1")), Runnable::run, done -> {});
        List<LoggedMessage> all = relay.log.getOrDefault(relay.partitions.of(AB), List.of());
        raise(relay.cursors, "a", "d", AB, all.get(0).position());
        relay.lose("{u" + bucket + "}");
        for (int p = 0; p < HandRelay.PARTITIONS; p++) {
            long mark = relay.applied(p);
            List<IndexView.Entry> lost = p == relay.partitions.of(AB)
                    ? List.of(new IndexView.Entry("a", AB, all.get(0).position(), relay.timeMs))
                    : List.of();
            await(relay.index.merge(bucket, p, IndexView.ABSENT, mark, lost, true));
        }

        assertThat(open(relay.cursors, "a", "d", CursorStore.Start.CURSORS)).isTrue();

        assertThat(behind(relay.store, "a", "d")).hasSize(1);
        assertThat(compare(relay.store, "a", "d", Map.of(AB, all.get(0).position()), true, List.of())
                        .behind())
                .isEmpty();
    }

    @Test
    void conversationsComeByTheTimeOfTheirLastMessageWhateverTheirPartition() {
        for (int i = 0; i < 12; i++) {
            relay.timeMs += 1_000;
            relay.append(List.of(message("a", "peer" + i, 1, "m")), Runnable::run, done -> {});
        }

        assertThat(behind(relay.store, "a", "d"))
                .extracting(entry -> entry.conversation().peerOf("a"))
                .containsExactly(
                        "peer11", "peer10", "peer9", "peer8", "peer7", "peer6", "peer5", "peer4", "peer3", "peer2",
                        "peer1", "peer0");
    }
}
