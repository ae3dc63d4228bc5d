package im.simulator.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class LatenciesTest {
    private final Latencies latencies = new Latencies();

    @Test
    void percentilesOfNothingAreNull() {
        assertThat(latencies.percentiles()).isEqualTo(new Percentiles(0, null, null, null, null));
    }

    @Test
    void percentilesCoverAllThatWasRecordedSoFar() {
        for (int i = 1; i <= 500; i++) {
            latencies.record(i * 1_000_000L);
        }
        assertThat(latencies.percentiles().count()).isEqualTo(500);
        for (int i = 501; i <= 1_000; i++) {
            latencies.record(i * 1_000_000L);
        }

        Percentiles all = latencies.percentiles();

        assertThat(all.count()).isEqualTo(1_000);
        assertThat(all.p50()).isBetween(500.0, 501.0);
        assertThat(all.p99()).isBetween(990.0, 991.0);
        assertThat(all.p999()).isBetween(999.0, 1_000.1);
        assertThat(all.max()).isBetween(1_000.0, 1_001.0);
    }

    @Test
    void timesOutsideTheRangeAreRecordedAtItsEnds() {
        latencies.record(-5);
        latencies.record(Long.MAX_VALUE);

        assertThat(latencies.percentiles().count()).isEqualTo(2);
        assertThat(latencies.percentiles().max()).isBetween(3_600_000.0, 3_610_000.0);
    }
}
