package im.relay.redis;

import static im.relay.Answers.value;
import static im.relay.redis.HandRelay.await;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.protocol.v1.MembershipChange.Kind;
import im.relay.ConversationStore.Behind;
import im.relay.ConversationStore.CompareRequest;
import im.relay.ConversationStore.Comparison;
import im.relay.ConversationStore.Page;
import im.relay.LogPosition;
import im.relay.PlacedMessage;
import im.relay.Requests;
import im.relay.Retention;
import im.relay.group.Intervals;
import im.servers.Servers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** {@code group_page.lua} and {@code group_page_before.lua}, and what a compare says of groups. */
@Tag("once")
@EnabledIf("im.servers.Requirement#redis")
class GroupPagesIT {
    private HandRelay relay = HandRelay.started(Servers.redis(), HandRelay.UNLIMITED);
    private HandGroupChat g = new HandGroupChat(relay, "g");

    @AfterEach
    void close() {
        relay.close();
    }

    private Intervals intervals(String uid) {
        return g.membership(uid).intervals(g.state().dissolvedAt());
    }

    /** Against a list in memory: who comes and goes, with sizes on both sides of what one read of the script takes. */
    @Test
    void pagesOfAnySizeAreThoseOfAListInMemory_D15() {
        long seed = new Random().nextLong();
        System.out.println("GroupPagesIT seed " + seed);
        Random random = new Random(seed);
        List<Long> all = new ArrayList<>();
        all.add(g.does("a", Kind.CREATED));
        boolean in = false;
        for (int i = 0; i < 70; i++) {
            if (random.nextInt(6) == 0) {
                all.add(g.does("a", in ? Kind.REMOVED : Kind.ADDED, "b"));
                in = !in;
            } else {
                all.add(g.say("a", "x".repeat(random.nextInt(random.nextInt(10) == 0 ? 3_000 : 60))));
            }
        }
        for (String uid : List.of("a", "b", "stranger")) {
            Intervals intervals = intervals(uid);
            List<PlacedMessage> readable = g.page(uid, 0).messages();
            assertThat(readable)
                    .extracting(PlacedMessage::position)
                    .isEqualTo(all.stream().filter(intervals::contains).toList());
            chained(readable);
            for (int i = 0; i < 60; i++) {
                after(uid, readable, all, random);
                before(uid, readable, all, random);
            }
        }
    }

    private static void chained(List<PlacedMessage> readable) {
        long last = 0;
        for (PlacedMessage message : readable) {
            assertThat(message.prev()).isEqualTo(last);
            assertThat(Requests.placed(message).getPrev()).isEqualTo(last);
            last = message.position();
        }
    }

    private void after(String uid, List<PlacedMessage> readable, List<Long> all, Random random) {
        long after = random.nextInt(20) == 0 ? 0 : all.get(random.nextInt(all.size()));
        int messages = 1 + random.nextInt(40);
        int bytes = random.nextInt(6_000);
        List<PlacedMessage> rest =
                readable.stream().filter(message -> message.position() > after).toList();

        Page page = g.page(uid, after, messages, bytes);

        List<PlacedMessage> expected = cut(rest, messages, bytes);
        assertThat(page.messages()).usingRecursiveComparison().isEqualTo(expected);
        assertThat(page.more()).isEqualTo(expected.size() < rest.size());
        long head = readable.isEmpty() ? 0 : readable.get(readable.size() - 1).position();
        assertThat(page.head()).isEqualTo(head);
        assertThat(page.firstHeld())
                .isEqualTo(readable.isEmpty() ? 0 : readable.get(0).position());
        assertThat(page.completeUpTo())
                .isEqualTo(page.more() ? expected.get(expected.size() - 1).position() : Math.max(after, head));
    }

    private void before(String uid, List<PlacedMessage> readable, List<Long> all, Random random) {
        long before = random.nextInt(10) == 0 ? Long.MAX_VALUE : all.get(random.nextInt(all.size()));
        int messages = 1 + random.nextInt(40);
        int bytes = random.nextInt(6_000);
        List<PlacedMessage> reversed = new ArrayList<>(
                readable.stream().filter(message -> message.position() < before).toList());
        Collections.reverse(reversed);

        Page page = g.pageBefore(uid, before, messages, bytes);

        List<PlacedMessage> expected = new ArrayList<>(cut(reversed, messages, bytes));
        assertThat(page.more()).isEqualTo(expected.size() < reversed.size());
        Collections.reverse(expected);
        assertThat(page.messages()).usingRecursiveComparison().isEqualTo(expected);
    }

    private static List<PlacedMessage> cut(List<PlacedMessage> from, int messages, int bytes) {
        List<PlacedMessage> cut = new ArrayList<>();
        int size = 0;
        for (PlacedMessage message : from) {
            size += message.placed().length;
            if (cut.size() == messages || (!cut.isEmpty() && size > bytes)) {
                break;
            }
            cut.add(message);
        }
        return cut;
    }

    private Comparison compare(String uid, Map<ConversationKey, Long> known) {
        return value(done ->
                relay.store.compare(new CompareRequest(uid, "d", known, true, List.of(), true), Runnable::run, done));
    }

    /** D8: a hole is told to those whose stretches it reaches into, and to nobody else. */
    @Test
    void aHoleConcernsWhoWasThere_D8_D15() {
        g.does("a", Kind.CREATED, "left", "stays");
        g.say("a", "before");
        long left = g.does("left", Kind.LEFT);
        long last = g.say("a", "last before the hole");
        long from = relay.applied(g.partition);
        relay.epoch = 2;
        long to = LogPosition.of(2, 0, 0) - 1;
        await(relay.view.skip(g.partition, from, to, ""));
        relay.seek(g.partition, to);

        assertThat(g.page("left", 0)).satisfies(page -> {
            assertThat(HandGroupChat.words(page)).containsExactly("CREATED", "before", "LEFT");
            assertThat(page.more()).isFalse();
            assertThat(page.floor()).isZero();
            assertThat(page.completeUpTo()).isEqualTo(left);
        });
        assertThat(compare("left", Map.of(g.conversation, left)).behind()).isEmpty();
        Page first = g.page("stays", 0);
        assertThat(HandGroupChat.words(first)).endsWith("LEFT", "last before the hole");
        assertThat(first.more()).isTrue();
        assertThat(first.completeUpTo()).isEqualTo(last);
        assertThat(first.isTruncatedAfter(0)).isFalse();
        Page second = g.page("stays", last);
        assertThat(second.messages()).isEmpty();
        assertThat(second.isTruncatedAfter(last)).isTrue();
        assertThat(second.completeUpTo()).isEqualTo(to);
        assertThat(compare("stays", Map.of(g.conversation, last)).behind())
                .extracting(Behind::head)
                .containsExactly(to);
        assertThat(compare("stays", Map.of(g.conversation, to)).behind()).isEmpty();

        long joined = g.does("a", Kind.ADDED, "late");
        g.say("a", "behind the hole");
        assertThat(g.page("late", 0)).satisfies(page -> {
            assertThat(HandGroupChat.words(page)).containsExactly("ADDED", "behind the hole");
            assertThat(page.isTruncatedAfter(0)).isFalse();
            assertThat(page.messages().get(0).prev()).isZero();
        });
        assertThat(g.page("stays", last).messages().get(0))
                .satisfies(message -> assertThat(message.position()).isEqualTo(joined))
                .satisfies(message -> assertThat(message.prev()).isEqualTo(to));
        assertThat(g.pageBefore("stays", Long.MAX_VALUE, 99, 1 << 20).floor()).isEqualTo(to);
        assertThat(g.pageBefore("left", Long.MAX_VALUE, 99, 1 << 20).floor()).isZero();
    }

    /** D10: what was dropped is told to those who might have read it. */
    @Test
    void aFloorConcernsWhoWasThere_D10_D15() {
        relay.close();
        relay = HandRelay.started(Servers.redis(), new Retention(Duration.ofDays(7), 16, 1 << 20));
        g = new HandGroupChat(relay, "g");
        g.does("a", Kind.CREATED, "early");
        long left = g.does("early", Kind.LEFT);
        for (int i = 0; i < 40; i++) {
            g.say("a", "m" + i);
        }
        long joined = g.does("a", Kind.ADDED, "late");
        g.say("a", "for late too");

        Page owner = g.page("a", 0);
        assertThat(owner.messages()).hasSizeBetween(16, 18);
        assertThat(owner.isTruncatedAfter(0)).isTrue();
        assertThat(owner.messages().get(0).prev()).isEqualTo(owner.floor());
        Page early = g.page("early", 0);
        assertThat(early.messages()).isEmpty();
        assertThat(early.floor()).isEqualTo(left);
        assertThat(early.completeUpTo()).isEqualTo(left);
        assertThat(early.firstHeld()).isZero();
        Page late = g.page("late", 0);
        assertThat(late.floor()).isZero();
        assertThat(late.firstHeld()).isEqualTo(joined);
        assertThat(late.messages()).hasSize(2);
        assertThat(late.messages().get(0).prev()).isZero();
    }

    /** D19: a device that has more than the view yet is told so, and its page does not move it back. */
    @Test
    void aDeviceThatIsAheadOfTheViewIsTold_D19() {
        g.does("a", Kind.CREATED, "b");
        long head = g.say("a", "one");
        long ahead = head + 10 * 64;

        assertThat(compare("b", Map.of(g.conversation, ahead)).behind())
                .singleElement()
                .satisfies(behind -> assertThat(behind.head()).isLessThan(ahead));
        assertThat(g.page("b", ahead).isBehind(ahead)).isTrue();
        assertThat(g.page("b", head).isBehind(head)).isFalse();
    }

    /** D20: what is complete as of some time has the groups' messages of that time too. */
    @Test
    void completeAsOfWaitsForTheViewsOfGroups_D20() {
        g.does("a", Kind.CREATED, "b");
        relay.heartbeat(relay.timeMs);
        long before = compare("b", Map.of()).asOfMs();
        assertThat(before).isEqualTo(relay.timeMs);
        RolledBack slot = new RolledBack(relay, "{p" + g.partition + "}");
        relay.timeMs += 60_000;
        g.say("a", "one");
        relay.heartbeat(relay.timeMs + 5_000);
        org.awaitility.Awaitility.await()
                .untilAsserted(() -> assertThat(compare("b", Map.of()).asOfMs()).isEqualTo(relay.timeMs + 5_000));
        slot.restore();

        Comparison fallen = compare("b", Map.of());

        assertThat(fallen.asOfMs()).isLessThanOrEqualTo(before);
    }
}
