package im.client.internal.order;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.Conversation;
import im.protocol.v1.Deliver;
import im.protocol.v1.Placed;
import im.protocol.v1.SyncPage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is missing for good is told once and passed over, and what the device has until when: D20. */
class InboxTruncationTest {
    private final App app = new App();
    private final Inbox inbox = new Inbox(app);

    /** Sees everything at once, but for {@code bob} while it is slow there. */
    private final class App implements Inbox.Exits {
        final List<String> events = new ArrayList<>();
        final List<String> syncs = new ArrayList<>();
        final List<String> cursors = new ArrayList<>();
        final List<Long> asOf = new ArrayList<>();
        final List<Runnable> later = new ArrayList<>();
        boolean slow;

        @Override
        public void show(Progress conversation, Placed placed, boolean redelivered) {
            events.add(conversation.peer() + placed.getPosition());
            see(() -> inbox.reached(conversation, placed.getPosition()));
        }

        @Override
        public void truncated(Progress conversation, Missing missing) {
            events.add(conversation.peer() + "(" + missing.from() + "," + missing.to() + "]");
            see(() -> inbox.told(conversation, missing));
        }

        private void see(Runnable seen) {
            if (slow) {
                later.add(seen);
            } else {
                seen.run();
            }
        }

        @Override
        public void cursorMoved(String peer, long position) {
            cursors.add(peer + position);
        }

        @Override
        public void completeAsOf(long millis) {
            asOf.add(millis);
        }

        @Override
        public void sync(String peer, long after, long delayMillis) {
            syncs.add(peer + ">" + after + (delayMillis > 0 ? " later" : ""));
        }

        @Override
        public void atHead(String peer) {}

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

    private static Placed unproved(long position, long prev) {
        return placed(position, prev).toBuilder().setPrevUnknown(true).build();
    }

    private void deliver(long truncatedUpTo, Placed... placed) {
        inbox.deliver(Deliver.newBuilder()
                .setConversation(Conversation.newBuilder().setPeer("bob"))
                .setTruncatedUpTo(truncatedUpTo)
                .addAllPlaced(List.of(placed))
                .build());
    }

    private void page(boolean truncated, long completeUpTo, Placed... placed) {
        inbox.page(
                "bob",
                SyncPage.newBuilder()
                        .setTruncated(truncated)
                        .setCompleteUpTo(completeUpTo)
                        .addAllPlaced(List.of(placed))
                        .build());
    }

    private List<String> acks() {
        return inbox.takeAcks(10).stream()
                .map(cursor -> cursor.getConversation().getPeer() + cursor.getPosition())
                .toList();
    }

    @Test
    void theStreamsTruncationIsToldInItsPlaceAndWhatFollowsNeedsNoRepair_D20() {
        deliver(0, placed(1, 0));

        deliver(4, placed(5, 4));

        assertThat(app.events).containsExactly("bob1", "bob(1,4]", "bob5");
        assertThat(app.syncs).isEmpty();
        assertThat(acks()).containsExactly("bob5");
    }

    @Test
    void aTruncationWithoutAMessageMovesTheCursorAndIsAcknowledged_D20() {
        deliver(0, placed(1, 0));
        acks();

        deliver(4);

        assertThat(app.cursors).containsExactly("bob1", "bob4");
        assertThat(acks()).containsExactly("bob4");
        deliver(0, placed(6, 4));
        assertThat(app.syncs).isEmpty();
    }

    @Test
    void aTruncationOfWhatTheDeviceHasIsToldToNobodyAndAcknowledgedAgain_D20() {
        deliver(0, placed(1, 0), placed(5, 1));
        acks();

        deliver(4);
        deliver(4);

        assertThat(app.events).containsExactly("bob1", "bob5");
        assertThat(acks()).containsExactly("bob5");
    }

    @Test
    void theSameTruncationIsToldOnceAlsoWhileTheAppIsSlow_D20() {
        deliver(0, placed(1, 0));
        app.slow = true;
        deliver(4);
        deliver(4);
        inbox.disconnected();
        inbox.connected(true);
        deliver(4);

        assertThat(app.events).containsExactly("bob1", "bob(1,4]");
        assertThat(acks()).as("what the app has, no more").containsExactly("bob1");
    }

    @Test
    void aTruncationInAConversationThatThisRunHasNotSeenBeginsAtZero_D20() {
        deliver(7, placed(8, 7));

        assertThat(app.events).containsExactly("bob(0,7]", "bob8");
    }

    @Test
    void aHoleThatIsGoneForGoodIsPassedOverByTheTruncatedPage_D20() {
        deliver(0, placed(1, 0));
        deliver(0, placed(9, 8));
        assertThat(app.syncs).containsExactly("bob>1");

        page(true, 9, placed(8, 6), placed(9, 8));

        assertThat(app.events).containsExactly("bob1", "bob(1,6]", "bob8", "bob9");
        assertThat(app.syncs).hasSize(1);
        assertThat(acks()).containsExactly("bob9");
    }

    @Test
    void aTruncatedPageWithoutMessagesEndsTheRepair_D20() {
        deliver(0, placed(1, 0));
        deliver(0, placed(9, 8));

        page(true, 9);
        deliver(0, placed(10, 9));

        assertThat(app.events).containsExactly("bob1", "bob(1,9]", "bob10");
        assertThat(app.syncs).hasSize(1);
    }

    @Test
    void aPageOfWhatCameMeanwhileTellsNothing_D20() {
        deliver(0, placed(1, 0));
        deliver(0, placed(9, 8));
        deliver(8, placed(9, 8));

        page(true, 9, placed(9, 8));

        assertThat(app.events).containsExactly("bob1", "bob(1,8]", "bob9");
    }

    @Test
    void anUnknownPrevIsATruncationLiveAndInAPage_D20() {
        deliver(0, placed(1, 0), unproved(5, 3));
        assertThat(app.events).containsExactly("bob1", "bob(1,3]", "bob5");
        deliver(0, placed(9, 8));

        page(false, 9, placed(6, 5), unproved(8, 0), placed(9, 8));

        assertThat(app.events).endsWith("bob6", "bob(6,7]", "bob8", "bob9");
    }

    @Test
    void theCursorDoesNotPassATruncationBeforeTheAppHasWhatStandsBeforeIt_D20() {
        app.slow = true;
        deliver(0, placed(1, 0));
        deliver(4);
        app.later.get(1).run();
        assertThat(app.cursors).isEmpty();

        app.later.get(0).run();

        assertThat(app.cursors).containsExactly("bob4");
    }

    @Test
    void completeAsOfHoldsOnceTheAppHasWhatCameBeforeIt_D20() {
        inbox.caughtUp(1_000);
        assertThat(app.asOf).containsExactly(1_000L);
        app.slow = true;
        deliver(0, placed(1, 0));
        inbox.caughtUp(2_000);
        deliver(0, placed(2, 1));
        assertThat(inbox.completeAsOfMillis()).isEqualTo(1_000);

        app.later.get(0).run();

        assertThat(app.asOf).containsExactly(1_000L, 2_000L);
    }

    @Test
    void completeAsOfWaitsForAHoleToBeClosed_D20() {
        deliver(0, placed(1, 0));
        deliver(0, placed(3, 2));
        inbox.caughtUp(2_000);
        assertThat(app.asOf).isEmpty();

        page(false, 3, placed(2, 1), placed(3, 2));

        assertThat(app.asOf).containsExactly(2_000L);
    }

    @Test
    void completeAsOfNeverGoesBackAndEndsWithItsLog_D20() {
        inbox.caughtUp(2_000);
        inbox.caughtUp(1_000);
        assertThat(inbox.completeAsOfMillis()).isEqualTo(2_000);
        assertThat(inbox.canResume()).isTrue();

        inbox.forgetAll();

        assertThat(inbox.completeAsOfMillis()).isZero();
    }
}
