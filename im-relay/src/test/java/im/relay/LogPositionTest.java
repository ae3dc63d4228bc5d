package im.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.protocol.ConversationKey;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LogPositionTest {
    private static final long LARGEST_OFFSET = (1L << 42) - 1;

    /** D7: Redis, Lua and JSON know numbers as doubles. */
    @Test
    void theLargestPositionIsExactAsADouble() {
        long largest = LogPosition.endOf(LogPosition.MAX_EPOCH, LARGEST_OFFSET);

        assertThat(largest).isLessThan(1L << 53);
        assertThat((long) (double) largest).isEqualTo(largest);
    }

    /** D7: 0 stands for "before the first". */
    @Test
    void theFirstRecordOfTheFirstEpochHasAPositionAboveZero() {
        assertThat(LogPosition.of(1, 0, 0)).isPositive();
    }

    @Test
    void positionsRiseWithIndexThenOffsetThenEpoch() {
        long[] rising = {
            LogPosition.of(1, 0, 0),
            LogPosition.of(1, 0, 1),
            LogPosition.endOf(1, 0),
            LogPosition.of(1, 1, 0),
            LogPosition.endOf(1, LARGEST_OFFSET),
            LogPosition.of(2, 0, 0)
        };

        assertThat(rising).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void aPositionTellsWhatItWasMadeOf() {
        long position = LogPosition.of(17, 123_456_789_012L, 42);

        assertThat(LogPosition.epoch(position)).isEqualTo(17);
        assertThat(LogPosition.offset(position)).isEqualTo(123_456_789_012L);
        assertThat(LogPosition.index(position)).isEqualTo(42);
    }

    @Test
    void whatIsOutOfBoundsIsRefused() {
        assertThatThrownBy(() -> LogPosition.of(0, 0, 0)).hasMessageContaining("epoch=0");
        assertThatThrownBy(() -> LogPosition.of(32, 0, 0)).hasMessageContaining("epoch=32");
        assertThatThrownBy(() -> LogPosition.of(1, LARGEST_OFFSET + 1, 0)).hasMessageContaining("offset=");
        assertThatThrownBy(() -> LogPosition.of(1, -1, 0)).hasMessageContaining("offset=-1");
        assertThatThrownBy(() -> LogPosition.of(1, 0, 64)).hasMessageContaining("64");
    }

    /** A conversation that moved would go on at a lower position. These numbers are part of every log that exists. */
    @Test
    void aConversationStaysInItsPartitionForEver() {
        assertThat(new Partitions(16).of(ConversationKey.direct("alice", "bob")))
                .isEqualTo(12);
        assertThat(new Partitions(16).of(ConversationKey.direct("x", "x"))).isEqualTo(9);
    }

    @Test
    void conversationsAreSpreadOverAllPartitions() {
        int[] counts = new int[16];
        Partitions partitions = new Partitions(16);
        for (int i = 0; i < 16_000; i++) {
            counts[partitions.of(ConversationKey.direct("user-" + i, "user-" + (i + 1)))]++;
        }

        assertThat(IntStream.of(counts).min().orElseThrow()).isGreaterThan(800);
        assertThat(IntStream.of(counts).max().orElseThrow()).isLessThan(1_200);
    }
}
