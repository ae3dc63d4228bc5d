package im.relay.redis;

import static im.relay.Answers.behind;
import static im.relay.Answers.compare;
import static im.relay.Answers.versions;
import static im.relay.Requests.message;
import static im.relay.redis.HandRelay.await;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.relay.ConversationStore.Behind;
import im.relay.IndexView;
import im.relay.IndexView.Entry;
import im.relay.LogPosition;
import im.relay.LoggedMessage;
import im.servers.Servers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@Tag("once")
@EnabledIf("im.servers.Requirement#redis")
class MergeScriptIT {
    private static final ConversationKey AB = ConversationKey.direct("a", "b");

    private final HandRelay relay = HandRelay.started(Servers.redis(), HandRelay.UNLIMITED);
    private final int p = relay.partitions.of(AB);
    private final int bucket = relay.index.bucketOf("a");

    @AfterEach
    void close() {
        relay.close();
    }

    private static Entry entry(long head) {
        return new Entry("a", AB, head, head);
    }

    /** D5: a zombie whose mark is behind changes nothing, and one whose mark fits never lowers a head. */
    @Test
    void aZombieNeverPutsALowerHead_D1_D5() {
        long three = LogPosition.endOf(1, 3);
        long four = LogPosition.endOf(1, 4);
        await(relay.index.merge(bucket, p, 0, four, List.of(entry(four)), false));

        assertThat(await(relay.index.merge(bucket, p, 0, three, List.of(entry(three)), false)))
                .isEqualTo(four);
        assertThat(await(relay.index.merge(bucket, p, four, four, List.of(entry(three)), false)))
                .isEqualTo(four);

        assertThat(behind(relay.store, "a", "d")).extracting(Behind::head).containsExactly(four);
        assertThat(await(relay.index.marks(p))[bucket]).isEqualTo(four);
    }

    /** D5: the bucket's slot fell back: the next merge says so, and a replay from the mark brings back what was lost. */
    @Test
    void aRolledBackBucketIsFoundByItsMarkAndReplayed_D5() {
        List<LoggedMessage> one = relay.record(List.of(message("b", "a", 1, "1")));
        relay.indexed(one);
        RolledBack slot = new RolledBack(relay, "{u" + bucket + "}");
        List<LoggedMessage> two = relay.record(List.of(message("b", "a", 2, "2")));
        relay.indexed(two);
        slot.restore();
        assertThat(behind(relay.store, "a", "d"))
                .extracting(Behind::head)
                .containsExactly(one.get(0).position());

        List<LoggedMessage> three = relay.record(List.of(message("b", "a", 3, "3")));
        long believed = relay.mark(p, bucket);
        long there = await(relay.index.merge(bucket, p, believed, relay.end(three), List.of(entry(3)), false));
        assertThat(there).isEqualTo(relay.end(one)).isNotEqualTo(believed);
        await(relay.index.merge(
                bucket, p, there, relay.end(two), List.of(entry(two.get(0).position())), true));

        assertThat(behind(relay.store, "a", "d"))
                .extracting(Behind::head)
                .containsExactly(two.get(0).position());
    }

    /** D1: the bucket is gone; its mark is absent and not 0. */
    @Test
    void aLostMarkIsAbsent_D1() {
        relay.lose("{u" + bucket + "}");

        assertThat(await(relay.index.marks(p))[bucket]).isEqualTo(IndexView.ABSENT);
        assertThat(await(relay.index.merge(bucket, p, 0, 5, List.of(), false))).isEqualTo(IndexView.ABSENT);
        assertThat(await(relay.index.merge(bucket, p, IndexView.ABSENT, 5, List.of(entry(5)), true)))
                .isEqualTo(IndexView.ABSENT);
        assertThat(await(relay.index.marks(p))[bucket]).isEqualTo(5);
    }

    /** D26: the row knows version v; the slot falls back and counts to v again: after the replay it still differs. */
    @Test
    void aReplayedIndexNeverHasAVersionThatWasSeenBefore_D26() {
        relay.indexed(relay.record(List.of(message("b", "a", 1, "1"))));
        RolledBack slot = new RolledBack(relay, "{u" + bucket + "}");
        long fallen = versions(relay.store, "a")[0];
        List<LoggedMessage> lost = relay.record(List.of(message("b", "a", 2, "2")));
        relay.indexed(lost);
        long seen = versions(relay.store, "a")[0];
        assertThat(seen).isEqualTo(fallen + 1);
        slot.restore();

        long there = await(relay.index.marks(p))[bucket];
        await(relay.index.merge(
                bucket, p, there, relay.end(lost), List.of(entry(lost.get(0).position())), true));

        long now = versions(relay.store, "a")[0];
        assertThat(now).isNotIn(seen, fallen).isPositive().isLessThan(1L << 53);
        assertThat(compare(relay.store, "a", "d", Map.of(), false, List.of()).version())
                .isEqualTo(now);
    }

    /** D26, and the whole of Redis gone: a version that begins anew does not begin at the same number. */
    @Test
    void anIndexThatBeginsAnewHasAnotherVersion_D26() {
        relay.indexed(relay.record(List.of(message("b", "a", 1, "1"))));
        long before = versions(relay.store, "a")[0];
        relay.lose("");
        assertThat(versions(relay.store, "a")[0]).isZero();

        await(relay.index.merge(bucket, p, IndexView.ABSENT, 5, List.of(entry(5)), false));

        assertThat(versions(relay.store, "a")[0]).isNotEqualTo(before).isNotZero();
    }

    @Test
    void manyEntriesGoInSeveralCallsAndTheMarkWithTheLast() {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; entries.size() < 2 * RedisIndexView.MAX_ENTRIES + 7; i++) {
            String uid = "u" + i;
            if (relay.index.bucketOf(uid) == bucket) {
                entries.add(new Entry(uid, ConversationKey.direct(uid, "b"), 9, 9));
            }
        }

        assertThat(await(relay.index.merge(bucket, p, 0, 9, entries, false))).isZero();

        assertThat(await(relay.index.marks(p))[bucket]).isEqualTo(9);
        assertThat(behind(relay.store, entries.get(0).uid(), "d")).hasSize(1);
        assertThat(behind(relay.store, entries.get(entries.size() - 1).uid(), "d"))
                .hasSize(1);
        assertThat(await(relay.index.merge(bucket, p, 0, 10, entries, false))).isEqualTo(9);
    }
}
