package im.simulator.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import im.simulator.ledger.Finding.Kind;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A group of 200 users with one device each, of whom the first two send. */
final class GroupLedgerTest {
    private static final int MEMBERS = 200;
    private static final int GROUP = 0;
    private static final int CONTENT = 7;

    private final GroupMembers members =
            new GroupMembers(IntStream.range(0, MEMBERS).toArray(), 2);
    private final int[] devicesOf = new int[MEMBERS + 1];
    private final Ledger ledger;

    GroupLedgerTest() {
        Arrays.fill(devicesOf, 1);
        ledger = new Ledger(new Roster(devicesOf, new int[0], new int[0], List.of(members)));
    }

    private int accepted(int sender) {
        int message = ledger.sent(GROUP, sender, CONTENT, 0);
        ledger.settled(message, Outcome.ACCEPTED);
        return message;
    }

    private void deliver(int message, long position, int from, int to) {
        for (int device = from; device < to; device++) {
            ledger.delivered(device, message, position, true);
        }
    }

    @Test
    void everythingDeliveredOnceToAllInOneOrderIsClean() {
        for (int i = 0; i < 70_000 / MEMBERS; i++) {
            deliver(accepted(i % 2), i + 1, 0, MEMBERS);
        }

        assertThat(ledger.verdict()).isEqualTo(new Verdict(350, 350, 0, 0, 69_650, 69_650, 0, 0, 0, 0, 350, 0));
        assertThat(ledger.settled()).isTrue();
    }

    @Test
    void eachMemberThatIsWithoutAMessageIsOneLoss() {
        int message = accepted(1);
        deliver(message, 5, 0, 63);
        deliver(message, 5, 66, MEMBERS);

        Verdict verdict = ledger.verdict();

        assertThat(verdict.lost()).isEqualTo(3);
        assertThat(ledger.settled()).isFalse();
        assertThat(ledger.findings()).containsExactly(new Finding(Kind.LOST, message, 63, 5));
    }

    @Test
    void theSenderNeedsNoCopy() {
        int message = accepted(0);
        deliver(message, 5, 1, MEMBERS);

        assertThat(ledger.verdict().lost()).isZero();
        assertThat(ledger.settled()).isTrue();
    }

    @Test
    void aSecondCallbackIsADuplicateOnAnyMember() {
        int message = accepted(0);
        deliver(message, 5, 0, MEMBERS);

        deliver(message, 5, MEMBERS - 1, MEMBERS);

        assertThat(ledger.verdict().duplicates()).isEqualTo(1);
        assertThat(ledger.verdict().lost()).isZero();
    }

    @Test
    void aMemberWithAnotherOrderThanAllOthersIsReordered() {
        int first = accepted(0);
        int second = accepted(1);
        deliver(first, 5, 0, MEMBERS - 1);
        deliver(second, 6, 0, MEMBERS - 1);

        deliver(second, 5, MEMBERS - 1, MEMBERS);
        deliver(first, 6, MEMBERS - 1, MEMBERS);

        assertThat(ledger.verdict().reordered()).isEqualTo(2);
    }

    @Test
    void aSendersMessagesTheWrongWayRoundAreReordered() {
        int first = accepted(1);
        int second = accepted(1);
        deliver(second, 5, 100, 101);

        deliver(first, 6, 100, 101);

        assertThat(ledger.verdict().reordered()).isEqualTo(1);
    }

    @Test
    void whatWasSentBeforeAMemberCameIsNotForIt() {
        int message = ledger.sentToFirst(100, GROUP, 0, CONTENT, 0);
        ledger.settled(message, Outcome.ACCEPTED);

        deliver(message, 5, 0, 100);
        assertThat(ledger.verdict().expected()).isEqualTo(99);
        assertThat(ledger.settled()).isTrue();

        assertThat(ledger.delivered(100, message, 5, true)).isEqualTo(Delivery.CORRUPT);
    }

    @Test
    void aMessageAtWhoIsNoMemberIsCorrupt() {
        assertThat(ledger.delivered(MEMBERS, accepted(0), 5, true)).isEqualTo(Delivery.CORRUPT);
    }
}
