package im.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.relay.LogExtent.Epoch;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogExtentTest {
    private static LogExtent extent(long first, long end, Epoch... epochs) {
        return new LogExtent(first, end, LogExtent.NONE, List.of(epochs));
    }

    @Test
    void nothingStandsBeforeTheFirstRecordOfTheFirstEpoch() {
        LogExtent extent = extent(0, 3, new Epoch(1, 0));
        assertThat(extent.before(0)).isZero();
        assertThat(extent.next(0)).isZero();
        assertThat(extent.next(extent.endOf(0))).isEqualTo(1);
        assertThat(extent.before(1)).isEqualTo(extent.endOf(0));
    }

    @Test
    void aTopicMadeAnewStartsAboveEveryPositionOfTheOldOne() {
        LogExtent extent = extent(0, 3, new Epoch(2, 0));
        assertThat(extent.before(0)).isGreaterThan(LogPosition.endOf(1, 1L << 41));
        assertThat(extent.next(LogPosition.endOf(1, 17))).isZero();
        assertThat(extent.next(extent.before(0))).isZero();
        assertThat(extent.hasForgotten(LogPosition.endOf(1, 17))).isTrue();
        assertThat(extent.hasForgotten(extent.before(0))).isFalse();
    }

    @Test
    void aViewInAnEarlierEpochGoesOnAtTheBoundary() {
        LogExtent extent = extent(0, 600, new Epoch(1, 0), new Epoch(2, 500));
        assertThat(extent.next(LogPosition.endOf(1, 450))).isEqualTo(451);
        assertThat(extent.next(LogPosition.endOf(1, 499))).isEqualTo(500);
        assertThat(extent.next(LogPosition.endOf(1, 620))).isEqualTo(500);
        assertThat(extent.next(extent.before(500))).isEqualTo(500);
        assertThat(extent.epochOf(499)).isEqualTo(1);
        assertThat(extent.epochOf(500)).isEqualTo(2);
        assertThat(extent.before(500)).isGreaterThan(LogPosition.endOf(1, 620));
    }

    @Test
    void aViewAheadOfTheEndHasSeenALostTail() {
        LogExtent extent = extent(0, 500, new Epoch(1, 0));
        assertThat(extent.isBehind(LogPosition.endOf(1, 499))).isFalse();
        assertThat(extent.isBehind(LogPosition.endOf(1, 500))).isTrue();
        assertThat(extent.isBehind(LogPosition.endOf(2, 3))).isTrue();
        assertThat(extent(0, 500, new Epoch(1, 0), new Epoch(2, 500)).isBehind(LogPosition.endOf(1, 620)))
                .isFalse();
    }

    @Test
    void epochsThatDoNotRiseAreRefused() {
        assertThatThrownBy(() -> extent(0, 1, new Epoch(2, 0), new Epoch(1, 5)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
