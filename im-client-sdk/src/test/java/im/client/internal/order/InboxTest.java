package im.client.internal.order;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.Code;
import im.protocol.v1.Conversation;
import im.protocol.v1.Cursor;
import im.protocol.v1.Deliver;
import im.protocol.v1.Placed;
import im.protocol.v1.SyncPage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class InboxTest {
    private final Recorder exits = new Recorder();
    private final Inbox inbox = new Inbox(exits);

    private static final class Recorder implements Inbox.Exits {
        final List<String> shown = new ArrayList<>();
        final List<Progress> shownIn = new ArrayList<>();
        final List<String> syncs = new ArrayList<>();
        final List<String> heads = new ArrayList<>();
        final List<String> kept = new ArrayList<>();

        @Override
        public void show(Progress conversation, Placed placed, boolean redelivered) {
            shown.add(conversation.peer() + placed.getPosition() + (redelivered ? " again" : ""));
            shownIn.add(conversation);
        }

        @Override
        public void truncated(Progress conversation, Missing missing) {
            shown.add(conversation.peer() + " (" + missing.from() + ", " + missing.to() + "]");
        }

        @Override
        public void cursorMoved(String peer, long position) {
            kept.add(peer + position);
        }

        @Override
        public void completeAsOf(long millis) {}

        @Override
        public void sync(String peer, long after, long delayMillis) {
            syncs.add(peer + ">" + after + (delayMillis > 0 ? " later" : ""));
        }

        @Override
        public void atHead(String peer) {
            heads.add(peer);
        }

        @Override
        public void acksDue() {}
    }

    @BeforeEach
    void connected() {
        inbox.connected(false);
    }

    private static Placed placed(long position, long prev) {
        return Placed.newBuilder().setPosition(position).setPrev(prev).build();
    }

    private void deliver(String peer, Placed... placed) {
        deliver(false, peer, placed);
    }

    private void deliver(boolean catchingUp, String peer, Placed... placed) {
        inbox.deliver(Deliver.newBuilder()
                .setConversation(Conversation.newBuilder().setPeer(peer))
                .addAllPlaced(List.of(placed))
                .setCatchingUp(catchingUp)
                .build());
    }

    private void page(String peer, boolean more, long completeUpTo, Placed... placed) {
        inbox.page(
                peer,
                SyncPage.newBuilder()
                        .addAllPlaced(List.of(placed))
                        .setMore(more)
                        .setCompleteUpTo(completeUpTo)
                        .build());
    }

    private void appHasSeen(String peer, long position) {
        Progress at = exits.shownIn.stream()
                .filter(progress -> progress.peer().equals(peer))
                .findFirst()
                .orElseThrow();
        inbox.reached(at, position);
    }

    private List<String> acks() {
        return texts(inbox.takeAcks(1_000));
    }

    private static List<String> texts(List<Cursor> cursors) {
        return cursors.stream()
                .map(cursor -> cursor.getConversation().getPeer() + cursor.getPosition())
                .toList();
    }

    @Test
    void theBeginningOfItsStreamIsTheBaseOfAConversation() {
        deliver(true, "bob", placed(900, 800), placed(910, 900));

        assertThat(exits.shown).containsExactly("bob900", "bob910");
        assertThat(exits.syncs).isEmpty();
    }

    /** The pushes of the first two were lost, and the gateway knows no W of an idle session (D18, D28). */
    @Test
    void aLiveMessageBehindOthersInAnUnknownConversationIsHeldBackUntilTheGatewaySaysWhereItBegins() {
        deliver("bob", placed(7, 5));
        deliver("bob", placed(9, 7));

        assertThat(exits.shown).isEmpty();
        assertThat(exits.syncs).containsExactly("bob>-1");
        page("bob", false, 7, placed(3, 0), placed(5, 3), placed(7, 5));
        page("bob", false, 9, placed(9, 7));

        assertThat(exits.shown).containsExactly("bob3", "bob5", "bob7", "bob9");
        assertThat(exits.syncs).containsExactly("bob>-1", "bob>7");
    }

    /** Lagging came behind the message: what streams then goes on where the gateway has written to, not at the start. */
    @Test
    void aStreamBehindAMessageThatWasHeldBackDoesNotSayWhereTheConversationBegins() {
        deliver("bob", placed(7, 5));
        deliver(true, "bob", placed(9, 7));

        assertThat(exits.shown).isEmpty();
        page("bob", false, 5, placed(3, 0), placed(5, 3));
        page("bob", false, 9, placed(7, 5), placed(9, 7));

        assertThat(exits.shown).containsExactly("bob3", "bob5", "bob7", "bob9");
        assertThat(exits.syncs).containsExactly("bob>-1", "bob>5");
    }

    @Test
    void theStreamOfTheNextConnectionAnswersWhereAnUnknownConversationBeginsToo() {
        deliver("bob", placed(7, 5));
        inbox.disconnected();
        inbox.connected(false);

        deliver(true, "bob", placed(5, 4), placed(7, 5));

        assertThat(exits.shown).containsExactly("bob5", "bob7");
        assertThat(exits.syncs).containsExactly("bob>-1");
    }

    @Test
    void aPositionAtOrBelowTheCursorIsDroppedAndAcknowledgedAgain() {
        deliver("bob", placed(5, 0), placed(7, 5));
        appHasSeen("bob", 7);
        assertThat(acks()).containsExactly("bob7");

        deliver("bob", placed(5, 0), placed(7, 5));

        assertThat(exits.shown).containsExactly("bob5", "bob7");
        assertThat(acks()).containsExactly("bob7");
        assertThat(inbox.repeated()).isEqualTo(2);
    }

    @Test
    void whatTheAppHasNotSeenIsNotAcknowledged() {
        deliver("bob", placed(5, 0), placed(7, 5));
        deliver("bob", placed(5, 0));
        assertThat(acks()).isEmpty();

        appHasSeen("bob", 5);

        assertThat(acks()).containsExactly("bob5");
    }

    @Test
    void acknowledgementsAreOneCursorAConversationAndBoundedAFrame() {
        deliver("ann", placed(1, 0), placed(2, 1));
        deliver("bob", placed(3, 0));
        deliver("cid", placed(4, 0));
        appHasSeen("ann", 1);
        appHasSeen("ann", 2);
        appHasSeen("bob", 3);
        appHasSeen("cid", 4);

        assertThat(texts(inbox.takeAcks(2))).containsExactly("ann2", "bob3");
        assertThat(inbox.hasAcks()).isTrue();
        assertThat(acks()).containsExactly("cid4");
        assertThat(acks()).isEmpty();
    }

    @Test
    void aHoleIsSyncedOnceAndClosedInOrder() {
        deliver("bob", placed(1, 0));
        deliver("bob", placed(3, 2));
        deliver("bob", placed(4, 3));
        assertThat(exits.syncs).containsExactly("bob>1");
        assertThat(exits.shown).containsExactly("bob1");

        page("bob", true, 2, placed(2, 1));
        page("bob", false, 4, placed(3, 2), placed(4, 3));

        assertThat(exits.syncs).containsExactly("bob>1", "bob>2");
        assertThat(exits.shown).containsExactly("bob1", "bob2", "bob3", "bob4");
        assertThat(inbox.gaps()).isEqualTo(1);
    }

    @Test
    void aPageReadBeforeWhatWasDroppedIsFollowedByAnother() {
        deliver("bob", placed(1, 0));
        deliver("bob", placed(3, 2));

        page("bob", false, 2, placed(2, 1));
        assertThat(exits.syncs).containsExactly("bob>1", "bob>2");
        page("bob", false, 3, placed(3, 2));

        assertThat(exits.shown).containsExactly("bob1", "bob2", "bob3");
        assertThat(exits.syncs).hasSize(2);
    }

    @Test
    void anEmptyPageIsAskedAgainLaterWhileSomethingIsWanted() {
        deliver("bob", placed(1, 0));
        deliver("bob", placed(3, 2));

        page("bob", false, 0);

        assertThat(exits.syncs).containsExactly("bob>1", "bob>1 later");
    }

    @Test
    void anEmptyPageMovesNoCursorBack() {
        deliver("bob", placed(9, 0));
        inbox.readToHead("bob");

        page("bob", false, 4);
        deliver("bob", placed(9, 0));

        assertThat(exits.shown).containsExactly("bob9");
    }

    @Test
    void aSyncRefusedForNowIsAskedAgainAndOneRefusedForGoodEnds() {
        inbox.readToHead("bob");
        inbox.syncRefused("bob", Code.UNAVAILABLE, 300);
        assertThat(exits.syncs).containsExactly("bob>-1", "bob>-1 later");

        inbox.syncRefused("bob", Code.FORBIDDEN, 0);

        assertThat(exits.heads).containsExactly("bob");
    }

    @Test
    void readingToTheHeadWhileASyncIsOpenBeginsAnotherOne() {
        deliver("bob", placed(1, 0));
        deliver("bob", placed(3, 2));
        inbox.readToHead("bob");

        page("bob", false, 3, placed(2, 1), placed(3, 2));
        assertThat(exits.heads).isEmpty();
        page("bob", false, 3);

        assertThat(exits.heads).containsExactly("bob");
        assertThat(exits.syncs).containsExactly("bob>1", "bob>3");
    }

    @Test
    void resumeTellsWhatTheAppHasSeenAndWhatItHasNotComesAgain() {
        deliver("bob", placed(1, 0), placed(2, 1));
        deliver("cid", placed(3, 0));
        appHasSeen("bob", 1);
        inbox.disconnected();

        assertThat(inbox.canResume()).isTrue();
        assertThat(texts(inbox.connected(true))).containsExactly("bob1");
        deliver("bob", placed(2, 1));
        deliver("cid", placed(3, 0));

        assertThat(exits.shown).containsExactly("bob1", "bob2", "cid3");
    }

    @Test
    void whatTheOldConnectionCarriedIsNotAcknowledgedOnTheNewOneBeforeItComesThere() {
        deliver("bob", placed(1, 0), placed(2, 1));
        inbox.disconnected();
        inbox.connected(false);

        appHasSeen("bob", 2);
        assertThat(acks()).as("above what this connection carried").isEmpty();
        deliver("bob", placed(1, 0));
        assertThat(acks()).containsExactly("bob1");
        deliver("bob", placed(2, 1));

        assertThat(acks()).containsExactly("bob2");
    }

    @Test
    void anotherLogVoidsTheCursors() {
        deliver("bob", placed(50, 0));
        appHasSeen("bob", 50);
        Progress old = exits.shownIn.get(0);
        inbox.disconnected();
        inbox.forgetAll();
        inbox.connected(true);

        deliver("bob", placed(3, 0));
        inbox.reached(old, 50);

        assertThat(exits.shown).containsExactly("bob50", "bob3");
        assertThat(acks()).isEmpty();
    }

    @Test
    void whatAnEarlierRunKeptIsWhereThisOneGoesOnAndWhatItShowedIsMarked() {
        inbox.restore(Map.of("bob", 5L), Map.of("bob", 7L, "cid", 9L));

        assertThat(inbox.canResume()).isTrue();
        assertThat(texts(inbox.connected(true))).containsExactly("bob5");
        deliver("bob", placed(5, 4), placed(6, 5), placed(7, 6), placed(8, 7));

        deliver(true, "cid", placed(9, 4), placed(10, 9));

        assertThat(exits.shown).containsExactly("bob6 again", "bob7 again", "bob8", "cid9 again", "cid10");
        assertThat(exits.syncs).isEmpty();
    }

    @Test
    void everyMoveOfTheCursorIsToBeKept() {
        deliver("bob", placed(5, 0), placed(7, 5));
        appHasSeen("bob", 5);
        appHasSeen("bob", 5);
        appHasSeen("bob", 7);

        assertThat(exits.kept).containsExactly("bob5", "bob7");
    }

    @Test
    void aDeviceWithMoreCursorsThanAGatewayTakesDoesNotTellThem() {
        for (int i = 0; i < Inbox.MAX_RESUMED; i++) {
            inbox.restore(Map.of("p" + i, 1L), Map.of());
        }
        assertThat(inbox.canResume()).isTrue();

        inbox.restore(Map.of("one-more", 1L), Map.of());

        assertThat(inbox.canResume()).isFalse();
    }
}
