package im.relay.redis;

import static im.relay.Answers.await;
import static im.relay.Answers.page;
import static im.relay.Answers.pageBefore;
import static im.relay.Requests.message;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.relay.ConversationStore.Page;
import im.relay.ConversationView;
import im.relay.LoggedMessage;
import im.relay.PlacedMessage;
import im.relay.ReadResult;
import im.relay.Requests;
import im.servers.Servers;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@Tag("once")
@EnabledIf("im.servers.Requirement#redis")
class PageScriptIT {
    private static final ConversationKey AB = ConversationKey.direct("a", "b");

    private final HandRelay relay = HandRelay.started(Servers.redis(), HandRelay.UNLIMITED);
    private final int p = relay.partitions.of(AB);

    @AfterEach
    void close() {
        relay.close();
    }

    /** D19: the view fell behind the device's cursor: an empty page that moves nothing back, until it has caught up. */
    @Test
    void aCursorAboveTheHeadGetsAnEmptyPageUntilTheViewHasCaughtUp_D19() {
        List<LoggedMessage> one = relay.record(List.of(message("a", "b", 1, "1")));
        relay.applied(one);
        RolledBack slot = new RolledBack(relay, "{p" + p + "}");
        List<LoggedMessage> two = relay.record(List.of(message("a", "b", 2, "2")));
        relay.applied(two);
        long cursor = two.get(0).position();
        slot.restore();

        Page behind = page(relay.store, AB, cursor);
        assertThat(behind.messages()).isEmpty();
        assertThat(behind.completeUpTo()).isEqualTo(relay.end(one));
        assertThat(behind.isBehind(cursor)).isTrue();
        assertThat(behind.more()).isFalse();
        assertThat(behind.isTruncatedAfter(cursor)).isFalse();
        assertThat(behind.head()).isEqualTo(one.get(0).position());

        relay.seek(p, relay.end(one));
        relay.applied(two);
        assertThat(page(relay.store, AB, cursor).isBehind(cursor)).isFalse();
        List<LoggedMessage> three = relay.record(List.of(message("a", "b", 3, "3")));
        relay.applied(three);
        Page caughtUp = page(relay.store, AB, cursor);
        assertThat(caughtUp.messages()).extracting(PlacedMessage::prev).containsExactly(cursor);
        assertThat(caughtUp.completeUpTo()).isEqualTo(three.get(0).position());
    }

    /** D10, D19: all of Redis is gone: no page says that there is nothing. */
    @Test
    void afterAFlushNoPageIsServedUntilTheViewIsThereAgain_D10_D19() {
        relay.append(List.of(message("a", "b", 1, "1")), Runnable::run, done -> {});
        relay.lose("");
        ReadResult<Page> gone = await(done -> relay.store.page(AB, 0, 1, 1, Runnable::run, done));
        ReadResult<Page> goneBefore = await(done -> relay.store.pageBefore(AB, 9, 1, 1, Runnable::run, done));
        assertThat(gone).isInstanceOf(ReadResult.Failed.class);
        assertThat(goneBefore).isInstanceOf(ReadResult.Failed.class);

        HandRelay.await(relay.view.skip(p, ConversationView.ABSENT, 0, ""));
        HandRelay.await(relay.view.apply(p, 0, relay.applied(p), 0, relay.log.getOrDefault(p, List.of())));

        assertThat(page(relay.store, AB, 0).messages())
                .extracting(Requests::text)
                .containsExactly("1");
    }

    /** Against a list in memory; sizes on both sides of what one read of the script takes. */
    @Test
    void pagesOfAnySizeAreThoseOfAListInMemory() {
        long seed = new Random().nextLong();
        System.out.println("PageScriptIT seed " + seed);
        Random random = new Random(seed);
        List<PlacedMessage> all = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            String text = "x".repeat(random.nextInt(random.nextInt(10) == 0 ? 3_000 : 60));
            relay.append(List.of(message("a", "b", i, text)), Runnable::run, done -> {});
        }
        all.addAll(page(relay.store, AB, 0).messages());
        assertThat(all).hasSize(60);
        for (int i = 0; i < 200; i++) {
            int from = random.nextInt(61);
            int messages = 1 + random.nextInt(40);
            int bytes = random.nextInt(6_000);
            long after = from == 0 ? 0 : all.get(from - 1).position();
            Page page =
                    im.relay.Answers.value(done -> relay.store.page(AB, after, messages, bytes, Runnable::run, done));
            List<PlacedMessage> expected = cut(all.subList(from, 60), messages, bytes);
            assertThat(page.messages()).usingRecursiveComparison().isEqualTo(expected);
            assertThat(page.more()).isEqualTo(from + expected.size() < 60);

            long before = from == 60 ? Long.MAX_VALUE : all.get(from).position();
            Page back = im.relay.Answers.value(
                    done -> relay.store.pageBefore(AB, before, messages, bytes, Runnable::run, done));
            List<PlacedMessage> reversed = new ArrayList<>(all.subList(0, from));
            java.util.Collections.reverse(reversed);
            List<PlacedMessage> newest = new ArrayList<>(cut(reversed, messages, bytes));
            java.util.Collections.reverse(newest);
            assertThat(back.messages()).usingRecursiveComparison().isEqualTo(newest);
            assertThat(back.more()).isEqualTo(newest.size() < from);
        }
        assertThat(pageBefore(relay.store, AB, all.get(0).position(), 5).messages())
                .isEmpty();
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
}
