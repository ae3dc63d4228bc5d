package im.relay.redis;

import static im.relay.Answers.compare;
import static im.relay.Answers.page;
import static im.relay.Answers.value;
import static im.relay.Answers.versions;
import static im.relay.Requests.message;
import static im.relay.redis.HandRelay.await;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.relay.ConversationStore.Behind;
import im.relay.ConversationStore.Page;
import im.relay.ConversationView;
import im.relay.ConversationView.Move.Mismatch;
import im.relay.ConversationView.Move.Moved;
import im.relay.LogPosition;
import im.relay.LogReader;
import im.relay.LoggedMessage;
import im.relay.ReadResult;
import im.relay.Requests;
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
class SkipScriptIT {
    private static final ConversationKey AB = ConversationKey.direct("a", "b");

    private final HandRelay relay = new HandRelay(Servers.redis(), HandRelay.UNLIMITED);
    private final int p = relay.partitions.of(AB);

    @AfterEach
    void close() {
        relay.close();
    }

    /** D6, D10: nothing is there and the log begins late: its past is the floor, and no prev says "first". */
    @Test
    void theFloorOfARebuiltViewIsThePrevOfWhatIsNotKnown_D6_D10() {
        long floor = LogPosition.endOf(1, 41);
        assertThat(await(relay.view.state(p)))
                .isEqualTo(new ConversationView.State(ConversationView.ABSENT, 0, LogReader.NO_TERM));

        assertThat(await(relay.view.skip(p, ConversationView.ABSENT, floor, "")))
                .isInstanceOf(Moved.class);

        assertThat(await(relay.view.state(p))).isEqualTo(new ConversationView.State(floor, floor, LogReader.NO_TERM));
        LoggedMessage known = new LoggedMessage(
                AB,
                "a",
                LogPosition.of(1, 42, 0),
                relay.timeMs,
                message("a", "b", 1, "x").envelope());
        Moved moved = (Moved) await(relay.view.apply(p, floor, LogPosition.endOf(1, 42), 0, List.of(known)));
        assertThat(moved.prevs()).containsExactly(floor);
        Page afterCursor3 = page(relay.store, AB, 3);
        assertThat(afterCursor3.isTruncatedAfter(3)).isTrue();
        assertThat(afterCursor3.floor()).isEqualTo(floor);
        // Of a conversation that nothing is known of at all nobody can prove anything either.
        ConversationKey quiet = samePartition();
        assertThat(page(relay.store, quiet, 3).isTruncatedAfter(3)).isTrue();
    }

    private ConversationKey samePartition() {
        for (int i = 0; ; i++) {
            ConversationKey other = ConversationKey.direct("a", "quiet" + i);
            if (relay.partitions.of(other) == p) {
                return other;
            }
        }
    }

    @Test
    void aViewThatIsNotThereFailsReadsInsteadOfSayingThatNothingIs() {
        ReadResult<Page> page = im.relay.Answers.await(done -> relay.store.page(AB, 0, 1, 1, Runnable::run, done));
        ReadResult<Long> head = im.relay.Answers.await(done -> relay.store.head(AB, Runnable::run, done));

        assertThat(page).isInstanceOf(ReadResult.Failed.class);
        assertThat(head).isInstanceOf(ReadResult.Failed.class);
        assertThat(((ReadResult.Failed<Page>) page).retryAfterMs()).isPositive();
    }

    @Test
    void aSkipFromAnotherPlaceChangesNothing() {
        relay.start();
        long end = LogPosition.endOf(1, 5);

        assertThat(await(relay.view.skip(p, LogPosition.endOf(1, 3), end, ""))).isEqualTo(new Mismatch(0));
        assertThat(await(relay.view.skip(p, ConversationView.ABSENT, end, ""))).isEqualTo(new Mismatch(0));
        assertThat(await(relay.view.state(p))).isEqualTo(new ConversationView.State(0, 0, LogReader.NO_TERM));
    }

    /** D8: what is held before a hole still comes; across it nothing is said to be whole, and no prev reaches over it. */
    @Test
    void aHoleIsToldOnceItIsReachedAndNoPrevReachesAcrossIt_D8() {
        relay.start();
        relay.append(List.of(message("a", "b", 1, "1"), message("a", "b", 2, "2")), Runnable::run, outcomes -> {});
        List<Long> held = page(relay.store, AB, 0).messages().stream()
                .map(m -> m.position())
                .toList();
        long before = relay.applied(p);
        long after = LogPosition.of(2, 7, 0) - 1;
        assertThat(await(relay.view.skip(p, before, after, ""))).isInstanceOf(Moved.class);

        Page first = page(relay.store, AB, held.get(0));
        assertThat(first.messages()).extracting(Requests::text).containsExactly("2");
        assertThat(first.isTruncatedAfter(held.get(0))).isFalse();
        assertThat(first.more()).isTrue();
        assertThat(first.completeUpTo()).isEqualTo(held.get(1));
        Page across = page(relay.store, AB, held.get(1));
        assertThat(across.messages()).isEmpty();
        assertThat(across.floor()).isEqualTo(after);
        assertThat(across.isTruncatedAfter(held.get(1))).isTrue();
        assertThat(across.more()).isFalse();
        assertThat(page(relay.store, AB, after).isTruncatedAfter(after)).isFalse();
        assertThat(im.relay.Answers.<Long>value(done -> relay.store.head(AB, Runnable::run, done)))
                .isEqualTo(after);

        LoggedMessage next = new LoggedMessage(
                AB,
                "b",
                LogPosition.of(2, 7, 0),
                relay.timeMs,
                message("a", "b", 3, "3").envelope());
        Moved moved = (Moved) await(relay.view.apply(p, after, LogPosition.endOf(2, 7), 0, List.of(next)));
        assertThat(moved.prevs()).containsExactly(after);
        assertThat(page(relay.store, AB, held.get(1)).messages())
                .extracting(Requests::text)
                .containsExactly("3");
    }

    /** D8: with the next tail check a hole makes every session compare, and the compare names who stands below it. */
    @Test
    void aHoleChangesEveryVersionAndPutsBehindWhoStandsBelowIt_D8() {
        relay.start();
        relay.append(List.of(message("a", "b", 1, "1")), Runnable::run, outcomes -> {});
        long head = value(done -> relay.store.head(AB, Runnable::run, done));
        long[] before = versions(relay.store, "a", "nobody");
        long after = LogPosition.of(2, 7, 0) - 1;
        await(relay.view.skip(p, relay.applied(p), after, ""));

        Awaitility.await().untilAsserted(() -> {
            long[] now = versions(relay.store, "a", "nobody");
            assertThat(now[0]).isNotEqualTo(before[0]);
            assertThat(now[1]).isNotEqualTo(before[1]);
        });
        var comparison = compare(relay.store, "a", "d", Map.of(AB, head), true, List.of());
        assertThat(comparison.version()).isEqualTo(versions(relay.store, "a")[0]);
        assertThat(comparison.behind()).containsExactly(new Behind(AB, after, head, 0));
        assertThat(compare(relay.store, "a", "d", Map.of(AB, after), true, List.of())
                        .behind())
                .isEmpty();
        // The index does not know the conversation; the device does.
        assertThat(compare(relay.store, "x", "d", Map.of(AB, 5L), true, List.of())
                        .behind())
                .extracting(Behind::head)
                .containsExactly(after);
    }

    @Test
    void tooManyHolesBecomeOne() {
        relay.start();
        long at = 0;
        for (int i = 1; i <= 70; i++) {
            long to = LogPosition.endOf(1, 10L * i);
            await(relay.view.skip(p, at, to, ""));
            at = LogPosition.endOf(1, 10L * i + 1);
            LoggedMessage between = new LoggedMessage(
                    AB,
                    "a",
                    LogPosition.of(1, 10L * i + 1, 0),
                    relay.timeMs,
                    message("a", "b", i, "m").envelope());
            await(relay.view.apply(p, to, at, 0, List.of(between)));
        }
        String stored = await(relay.redis.call(
                        im.router.redis.Redis.Call.of("HGET", relay.keys.state(p), StoreKeys.bytes("holes"))))
                .text();
        Holes holes = Holes.parse(stored);

        assertThat(holes.all()).hasSize(64);
        assertThat(holes.all().get(0)).isEqualTo(new Holes.Hole(0, LogPosition.endOf(1, 70)));
        assertThat(holes.end()).isEqualTo(LogPosition.endOf(1, 700));
    }
}
