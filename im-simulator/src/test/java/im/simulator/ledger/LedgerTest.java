package im.simulator.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import im.simulator.ledger.Finding.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two users with two devices each in conversation 0 (devices 0, 1 and 2, 3), user 0's notes in 1, a third user. */
final class LedgerTest {
    private static final int PAIR = 0;
    private static final int NOTES = 1;
    private static final int OTHER_PAIR = 2;
    private static final int CONTENT = 7;

    private final Roster roster = new Roster(new int[] {2, 2, 1}, new int[] {0, 0, 1}, new int[] {1, 0, 2});
    private final Ledger ledger = new Ledger(roster);

    private int accepted(int conversation, int senderSlot) {
        int message = ledger.sent(conversation, senderSlot, CONTENT, 0);
        ledger.settled(message, Outcome.ACCEPTED);
        return message;
    }

    private void deliver(int message, long position, int... devices) {
        for (int device : devices) {
            ledger.delivered(device, message, position, true);
        }
    }

    @Test
    void everythingDeliveredOnceAndInOrderIsClean() {
        int first = accepted(PAIR, 0);
        int second = accepted(PAIR, 2);
        int note = accepted(NOTES, 1);

        deliver(first, 10, 0, 1, 2, 3);
        deliver(second, 12, 0, 1, 2, 3);
        deliver(note, 11, 0, 1);

        Verdict verdict = ledger.verdict();
        assertThat(verdict).isEqualTo(new Verdict(3, 3, 0, 0, 7, 7, 0, 0, 0, 0, 3, 0));
        assertThat(verdict.violated()).isFalse();
        assertThat(verdict.incomplete()).isFalse();
        assertThat(ledger.settled()).isTrue();
        assertThat(ledger.findings()).isEmpty();
    }

    @Test
    void aMessageThatOneDeviceNeverGetsIsLost() {
        int message = accepted(PAIR, 0);

        deliver(message, 10, 0, 1, 2);

        Verdict verdict = ledger.verdict();
        assertThat(verdict.lost()).isEqualTo(1);
        assertThat(verdict.incomplete()).isTrue();
        assertThat(verdict.violated()).isFalse();
        assertThat(ledger.settled()).isFalse();
        assertThat(ledger.findings()).containsExactly(new Finding(Kind.LOST, message, 3, 10));
    }

    @Test
    void aMissingCopyOnTheSendingDeviceIsNotLost() {
        int message = accepted(PAIR, 0);

        deliver(message, 10, 1, 2, 3);

        assertThat(ledger.verdict().lost()).isZero();
        assertThat(ledger.settled()).isTrue();
    }

    @Test
    void aSecondCallbackOnADeviceIsADuplicateAndNothingElse() {
        int message = accepted(PAIR, 0);
        deliver(message, 10, 1, 2, 3);

        Delivery again = ledger.delivered(2, message, 10, true);

        assertThat(again).isEqualTo(Delivery.DUPLICATE);
        Verdict verdict = ledger.verdict();
        assertThat(verdict.duplicates()).isEqualTo(1);
        assertThat(verdict.delivered()).isEqualTo(3);
        assertThat(verdict.lost()).isZero();
        assertThat(verdict.reordered()).isZero();
        assertThat(ledger.findings()).containsExactly(new Finding(Kind.DUPLICATE, message, 2, 10));
    }

    @Test
    void aPositionThatDoesNotRiseOnADeviceIsReordered() {
        int first = accepted(PAIR, 0);
        int second = accepted(PAIR, 2);
        deliver(second, 12, 1);

        deliver(first, 10, 1);

        assertThat(ledger.verdict().reordered()).isEqualTo(1);
    }

    @Test
    void aSendersMessagesTheWrongWayRoundAreReorderedThoughPositionsRise() {
        int first = accepted(PAIR, 0);
        int second = accepted(PAIR, 0);
        deliver(second, 10, 2);

        deliver(first, 11, 2);

        assertThat(ledger.verdict().reordered()).isEqualTo(1);
    }

    @Test
    void messagesOfTwoSendersMayStandEitherWayRound() {
        int first = accepted(PAIR, 0);
        int second = accepted(PAIR, 1);

        deliver(second, 10, 2);
        deliver(first, 11, 2);

        assertThat(ledger.verdict().reordered()).isZero();
    }

    @Test
    void twoDevicesToldOfDifferentOrdersIsReordered() {
        int first = accepted(PAIR, 0);
        int second = accepted(PAIR, 2);
        deliver(first, 10, 1);
        deliver(second, 12, 1);

        deliver(second, 10, 3);
        deliver(first, 12, 3);

        assertThat(ledger.verdict().reordered()).isEqualTo(2);
    }

    @Test
    void otherContentUnderAKnownIdIsCorruptAndNotLost() {
        int message = accepted(PAIR, 0);
        deliver(message, 10, 1, 2);

        Delivery delivery = ledger.delivered(3, message, 10, false);

        assertThat(delivery).isEqualTo(Delivery.CORRUPT);
        Verdict verdict = ledger.verdict();
        assertThat(verdict.corrupt()).isEqualTo(1);
        assertThat(verdict.lost()).isZero();
    }

    @Test
    void aMessageAtADeviceThatTakesNoPartIsCorrupt() {
        int message = accepted(OTHER_PAIR, 0);

        assertThat(ledger.delivered(0, message, 10, true)).isEqualTo(Delivery.CORRUPT);
        assertThat(ledger.verdict().corrupt()).isEqualTo(1);
    }

    @Test
    void aNumberThatWasNeverSentIsCorrupt() {
        assertThat(ledger.delivered(0, 0, 10, true)).isEqualTo(Delivery.CORRUPT);
        ledger.phantom(1, 11);

        assertThat(ledger.verdict().corrupt()).isEqualTo(2);
        assertThat(ledger.findings())
                .containsExactly(new Finding(Kind.CORRUPT, 0, 0, 10), new Finding(Kind.CORRUPT, -1, 1, 11));
    }

    @Test
    void aRejectedMessageThatIsDeliveredIsCorruptOnce() {
        int message = ledger.sent(PAIR, 0, CONTENT, 0);
        ledger.settled(message, Outcome.REJECTED);

        deliver(message, 10, 1, 2, 3);

        Verdict verdict = ledger.verdict();
        assertThat(verdict.rejected()).isEqualTo(1);
        assertThat(verdict.corrupt()).isEqualTo(1);
        assertThat(verdict.expected()).isZero();
    }

    @Test
    void aSendWithoutOutcomeIsUnknownAndItsDeliveriesAreCountedApart() {
        int open = ledger.sent(PAIR, 0, CONTENT, 0);
        int givenUp = ledger.sent(PAIR, 0, CONTENT, 0);
        ledger.settled(givenUp, Outcome.UNKNOWN);
        deliver(open, 10, 0, 1);

        Verdict verdict = ledger.verdict();

        assertThat(verdict.unknown()).isEqualTo(2);
        assertThat(verdict.deliveredUnknown()).isEqualTo(1);
        assertThat(verdict.expected()).isZero();
        assertThat(verdict.incomplete()).isTrue();
        assertThat(ledger.settled()).isFalse();
        assertThat(ledger.findings()).extracting(Finding::kind).containsExactly(Kind.UNKNOWN, Kind.UNKNOWN);
    }

    @Test
    void onlyTheFirstOutcomeOfASendCounts() {
        int message = accepted(PAIR, 0);

        ledger.settled(message, Outcome.REJECTED);

        assertThat(ledger.verdict().accepted()).isEqualTo(1);
        assertThat(ledger.verdict().rejected()).isZero();
    }

    @Test
    void aDeliveryBeforeTheOutcomeCountsOnceItIsAccepted() {
        int message = ledger.sent(PAIR, 0, CONTENT, 0);
        deliver(message, 10, 1, 2, 3);

        ledger.settled(message, Outcome.ACCEPTED);

        assertThat(ledger.verdict().delivered()).isEqualTo(3);
        assertThat(ledger.settled()).isTrue();
    }

    @Test
    void messagesBeyondOneChunkAreAllKept() {
        long count = 200_000;
        for (int i = 0; i < count; i++) {
            deliver(accepted(OTHER_PAIR, i % 3), i + 1, 2, 3, 4);
        }

        Verdict verdict = ledger.verdict();

        assertThat(verdict).isEqualTo(new Verdict(count, count, 0, 0, 2 * count, 2 * count, 0, 0, 0, 0, count, 0));
        assertThat(ledger.settled()).isTrue();
    }

    @Test
    void ofEachKindOnlyAFewExamplesAreKept() {
        for (int i = 0; i < 100; i++) {
            ledger.settled(ledger.sent(PAIR, 0, CONTENT, 0), Outcome.REJECTED);
            accepted(PAIR, 1);
        }

        List<Finding> findings = ledger.findings();

        assertThat(findings).filteredOn(f -> f.kind() == Kind.REJECTED).hasSize(5);
        assertThat(findings).filteredOn(f -> f.kind() == Kind.LOST).hasSize(5);
    }

    @Test
    void sixteenDevicesOnEitherSideFitTheMask() {
        Roster wide = new Roster(new int[] {16, 16}, new int[] {0}, new int[] {1});
        Ledger full = new Ledger(wide);
        int message = full.sent(0, 31, CONTENT, 0);
        full.settled(message, Outcome.ACCEPTED);

        for (int device = 0; device < 32; device++) {
            full.delivered(device, message, 1, true);
        }

        assertThat(full.verdict()).isEqualTo(new Verdict(1, 1, 0, 0, 31, 31, 0, 0, 0, 0, 1, 0));
        assertThat(full.settled()).isTrue();
    }
}
