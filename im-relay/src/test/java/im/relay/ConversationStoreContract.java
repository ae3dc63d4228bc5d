package im.relay;

import static im.relay.Answers.after;
import static im.relay.Answers.append;
import static im.relay.Answers.behind;
import static im.relay.Answers.compare;
import static im.relay.Answers.heads;
import static im.relay.Answers.open;
import static im.relay.Answers.pageBefore;
import static im.relay.Answers.raise;
import static im.relay.Answers.raiseRead;
import static im.relay.Answers.value;
import static im.relay.Answers.versions;
import static im.relay.Requests.message;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.relay.ConversationStore.Behind;
import im.relay.ConversationStore.Comparison;
import im.relay.ConversationStore.ConversationHead;
import im.relay.ConversationStore.HeadsRead;
import im.relay.ConversationStore.Page;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What every {@link ConversationStore} keeps. */
public abstract class ConversationStoreContract {
    private static final ConversationKey AB = ConversationKey.direct("a", "b");
    private static final ConversationKey AC = ConversationKey.direct("a", "c");

    protected abstract MessageLog log();

    protected abstract ConversationStore store();

    protected abstract CursorStore cursors();

    @Test
    void anEmptyConversationHasAnEmptyPage() {
        assertThat(page(AB, 0, 10, 1_000)).isEqualTo(new Page(List.of(), false, 0, 0, 0, 0));
        assertThat(page(AB, 77, 10, 1_000).messages()).isEmpty();
        assertThat(page(AB, Long.MAX_VALUE, 10, 1_000).messages()).isEmpty();
        assertThat(head(AB)).isZero();
    }

    @Test
    void pagesFollowOneAnotherWithoutGapUpToTheHead() {
        long[] positions = appended("a", "b", 7);

        Page first = page(AB, 0, 3, 1 << 20);
        Page second = page(AB, first.completeUpTo(), 3, 1 << 20);
        Page third = page(AB, second.completeUpTo(), 3, 1 << 20);

        assertThat(first.messages())
                .extracting(PlacedMessage::position)
                .containsExactly(positions[0], positions[1], positions[2]);
        assertThat(second.messages())
                .extracting(PlacedMessage::position)
                .containsExactly(positions[3], positions[4], positions[5]);
        assertThat(third.messages()).extracting(PlacedMessage::position).containsExactly(positions[6]);
        assertThat(List.of(first.more(), second.more(), third.more())).containsExactly(true, true, false);
        assertThat(List.of(first, second, third)).extracting(Page::head).containsOnly(positions[6]);
        assertThat(third.completeUpTo()).isEqualTo(positions[6]);
    }

    @Test
    void aPageThatEndsWithTheConversationHasNoMore() {
        appended("a", "b", 3);

        assertThat(page(AB, 0, 3, 1 << 20).more()).isFalse();
    }

    @Test
    void aPageEndsAtItsBytesButHoldsOneMessage() {
        appended("a", "b", 3);
        List<PlacedMessage> all = after(store(), AB, 0);
        int two = all.get(0).placed().length + all.get(1).placed().length;

        assertThat(page(AB, 0, 10, 1).messages()).hasSize(1);
        assertThat(page(AB, 0, 10, 1).more()).isTrue();
        assertThat(page(AB, 0, 10, two).messages()).hasSize(2);
        assertThat(page(AB, 0, 10, two - 1).messages()).hasSize(1);
    }

    @Test
    void conversationsWithNamesThatBeginAlikeStayApart() {
        append(log(), message("a", "b", 1, "ab"));
        append(log(), message("a", "b1", 1, "ab1"));
        append(log(), message("a1", "b", 1, "a1b"));

        assertThat(after(store(), AB, 0)).extracting(Requests::text).containsExactly("ab");
        assertThat(behind(store(), "a", "d")).hasSize(2);
        assertThat(behind(store(), "a1", "d")).hasSize(1);
    }

    @Test
    void theHeadIsTheLastPosition() {
        long[] positions = appended("a", "b", 2);

        assertThat(head(AB)).isEqualTo(positions[1]);
    }

    @Test
    void aNewDeviceIsBehindOnEverythingTheMostRecentFirst() {
        open(cursors(), "a", "d", false);
        appended("a", "b", 2);
        appended("c", "a", 1);

        assertThat(behind(store(), "a", "d"))
                .containsExactly(new Behind(AC, head(AC), 0, 0), new Behind(AB, head(AB), 0, 0));
    }

    @Test
    void aDeviceThatStartsAtTheHeadsIsBehindOnlyOnWhatCameLater() {
        appended("a", "b", 2);
        open(cursors(), "a", "d", true);
        assertThat(behind(store(), "a", "d")).isEmpty();

        append(log(), message("c", "a", 9, "later"));

        assertThat(behind(store(), "a", "d")).extracting(Behind::conversation).containsExactly(AC);
    }

    @Test
    void theStoredCursorIsTheBase() {
        open(cursors(), "a", "d", false);
        long[] positions = appended("a", "b", 3);
        raise(cursors(), "a", "d", AB, positions[1]);
        assertThat(behind(store(), "a", "d")).containsExactly(new Behind(AB, positions[2], positions[1], 0));

        raise(cursors(), "a", "d", AB, positions[2]);

        assertThat(behind(store(), "a", "d")).isEmpty();
        assertThat(behind(store(), "a", "other")).hasSize(1);
    }

    @Test
    void aKnownPositionStandsAboveTheStoredCursorEvenIfItIsLower() {
        open(cursors(), "a", "d", false);
        long[] positions = appended("a", "b", 3);
        raise(cursors(), "a", "d", AB, positions[2]);

        Comparison comparison = compare(store(), "a", "d", Map.of(AB, positions[0]), false, List.of());

        assertThat(comparison.behind()).containsExactly(new Behind(AB, positions[2], positions[0], 0));
    }

    @Test
    void completeKnowledgePutsOtherConversationsAtTheStart() {
        append(log(), message("a", "b", 1, "before"));
        open(cursors(), "a", "d", true);
        long start = head(AB);
        long[] positions = appended("a", "c", 2);
        raise(cursors(), "a", "d", AC, positions[1]);

        Comparison complete = compare(store(), "a", "d", Map.of(AB, start), true, List.of());
        Comparison partly = compare(store(), "a", "d", Map.of(AB, start), false, List.of());

        Behind other = complete.behind().get(0);
        assertThat(complete.behind()).hasSize(1);
        assertThat(other).isEqualTo(new Behind(AC, positions[1], other.base(), 0));
        assertThat(other.base()).isLessThan(positions[0]);
        assertThat(partly.behind()).isEmpty();
    }

    @Test
    void wantedConversationsAreToldEvenIfNothingIsMissing() {
        long[] positions = appended("a", "b", 1);

        Comparison comparison = compare(store(), "a", "d", Map.of(AB, positions[0]), true, List.of(AB, AC));

        assertThat(comparison.behind())
                .containsExactly(new Behind(AB, positions[0], positions[0], 0), new Behind(AC, 0, 0, 0));
    }

    @Test
    void theVersionChangesWithEveryMessageOfTheUserAndOnlyThen() {
        appended("a", "b", 1);
        long before = compare(store(), "a", "d", Map.of(), false, List.of()).version();
        appended("c", "d", 1);
        assertThat(compare(store(), "a", "d", Map.of(), false, List.of()).version())
                .isEqualTo(before);

        append(log(), message("b", "a", 99, "new"));

        assertThat(compare(store(), "a", "d", Map.of(), false, List.of()).version())
                .isNotEqualTo(before);
    }

    @Test
    void aConversationWithOneselfIsTold() {
        append(log(), message("a", "a", 1, "note"));

        assertThat(behind(store(), "a", "d"))
                .extracting(Behind::conversation)
                .containsExactly(ConversationKey.direct("a", "a"));
    }

    private long[] appended(String from, String to, int count) {
        for (int i = 0; i < count; i++) {
            append(log(), message(from, to, i, "m" + i));
        }
        return after(store(), ConversationKey.direct(from, to), 0).stream()
                .mapToLong(PlacedMessage::position)
                .toArray();
    }

    private Page page(ConversationKey conversation, long after, int maxMessages, int maxBytes) {
        return value(done -> store().page(conversation, after, maxMessages, maxBytes, Runnable::run, done));
    }

    private long head(ConversationKey conversation) {
        return value(done -> store().head(conversation, Runnable::run, done));
    }

    @Test
    void pagesBackwardsFollowOneAnotherDownToTheFirst() {
        long[] positions = appended("a", "b", 5);

        Page last = pageBefore(store(), AB, Long.MAX_VALUE, 2);
        Page middle = pageBefore(store(), AB, positions[3], 2);
        Page first = pageBefore(store(), AB, positions[1], 2);

        assertThat(last.messages()).extracting(PlacedMessage::position).containsExactly(positions[3], positions[4]);
        assertThat(middle.messages()).extracting(PlacedMessage::position).containsExactly(positions[1], positions[2]);
        assertThat(first.messages()).extracting(PlacedMessage::position).containsExactly(positions[0]);
        assertThat(List.of(last.more(), middle.more(), first.more())).containsExactly(true, true, false);
        assertThat(List.of(last, middle, first)).extracting(Page::head).containsOnly(positions[4]);
        assertThat(List.of(last, middle, first)).extracting(Page::firstHeld).containsOnly(positions[0]);
        assertThat(pageBefore(store(), AB, positions[0], 2).messages()).isEmpty();
        assertThat(pageBefore(store(), AC, Long.MAX_VALUE, 2).messages()).isEmpty();
    }

    @Test
    void theVersionOfAnIndexDiffersAfterEveryMessageForTheUid() {
        assertThat(versions(store(), "a", "b")).containsExactly(0, 0);
        appended("a", "b", 1);
        long[] one = versions(store(), "a", "b", "c");
        appended("a", "c", 1);
        long[] two = versions(store(), "a", "b", "c");

        assertThat(two[0]).isNotEqualTo(one[0]);
        assertThat(two[1]).isEqualTo(one[1]);
        assertThat(two[2]).isNotEqualTo(one[2]);
        assertThat(compare(store(), "a", "d", Map.of(), false, List.of()).version())
                .isEqualTo(two[0]);
    }

    @Test
    void headsListConversationsByTheirLastMessageWithWhatIsUnread() {
        long[] ab = appended("b", "a", 3);
        long[] ac = appended("a", "c", 2);
        raise(cursors(), "a", "d", AB, ab[1]);
        raiseRead(cursors(), "a", AB, ab[0]);
        raiseRead(cursors(), "c", AC, ac[0]);

        HeadsRead first = heads(store(), "a", "d", Long.MAX_VALUE, 1);
        HeadsRead second = heads(store(), "a", "d", first.heads().get(0).order(), 1);

        assertThat(first.more()).isTrue();
        ConversationHead withC = first.heads().get(0);
        assertThat(withC.conversation()).isEqualTo(AC);
        assertThat(withC.head()).isEqualTo(ac[1]);
        assertThat(withC.unread()).as("own messages are not unread").isZero();
        assertThat(withC.peerRead()).isEqualTo(ac[0]);
        assertThat(second.more()).isFalse();
        ConversationHead withB = second.heads().get(0);
        assertThat(withB.conversation()).isEqualTo(AB);
        assertThat(withB.firstHeld()).isEqualTo(ab[0]);
        assertThat(withB.cursor()).isEqualTo(ab[1]);
        assertThat(withB.read()).isEqualTo(ab[0]);
        assertThat(withB.unread()).isEqualTo(2);
        assertThat(withB.last()).isNotNull().extracting(PlacedMessage::position).isEqualTo(ab[2]);
        assertThat(withB.peerRead()).isZero();
    }

    @Test
    void thePeerHasWhatAnyOfItsDevicesAcknowledged() {
        long[] positions = appended("a", "b", 3);
        open(cursors(), "b", "one", false);
        open(cursors(), "b", "two", false);
        raise(cursors(), "b", "one", AB, positions[0]);
        raise(cursors(), "b", "two", AB, positions[1]);

        assertThat(heads(store(), "a", "d", Long.MAX_VALUE, 10).heads().get(0).peerDelivered())
                .isEqualTo(positions[1]);
    }
}
