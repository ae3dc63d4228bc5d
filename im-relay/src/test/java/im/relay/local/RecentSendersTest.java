package im.relay.local;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.relay.local.RecentSenders.Count;
import org.junit.jupiter.api.Test;

class RecentSendersTest {
    private static final ConversationKey AB = ConversationKey.direct("a", "b");
    private static final ConversationKey AA = ConversationKey.direct("a", "a");

    private final RecentSenders recent = new RecentSenders();

    private void place(long from, long to) {
        for (long position = from; position <= to; position++) {
            recent.placed(AB, position - 1, position, position % 2 == 0 ? "a" : "b");
        }
    }

    @Test
    void nothingIsKnownOfAConversationNobodyWroteIn() {
        assertThat(recent.count(AB, "a", 0, 10)).isNull();
    }

    @Test
    void theMessagesBetweenTwoPositionsAreToldByWhoSentThem() {
        place(5, 10);

        assertThat(recent.count(AB, "a", 4, 10)).isEqualTo(new Count(3, 3));
        assertThat(recent.count(AB, "a", 5, 6)).isEqualTo(new Count(0, 1));
        assertThat(recent.count(AB, "b", 5, 6)).isEqualTo(new Count(1, 0));
        assertThat(recent.count(AB, "a", 10, 20)).isEqualTo(new Count(0, 0));
    }

    @Test
    void whatWasBeforeTheFirstOneSeenIsNotKnown() {
        place(5, 10);

        assertThat(recent.count(AB, "a", 3, 10)).isNull();
    }

    @Test
    void onlyTheLastFewAreKnown() {
        place(1, RecentSenders.MESSAGES + 1);

        assertThat(recent.count(AB, "a", 0, 17)).isNull();
        assertThat(recent.count(AB, "a", 1, 17)).isEqualTo(new Count(8, 8));
        place(18, 100);
        assertThat(recent.count(AB, "a", 84, 100)).isEqualTo(new Count(8, 8));
        assertThat(recent.count(AB, "a", 83, 100)).isNull();
    }

    @Test
    void notesToOneselfAreOwn() {
        recent.placed(AA, 0, 1, "a");

        assertThat(recent.count(AA, "a", 0, 1)).isEqualTo(new Count(0, 1));
    }
}
