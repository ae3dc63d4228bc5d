package im.relay.apply;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProgressTest {
    private final Progress progress = new Progress();

    @Test
    void whatIsLoadedOfGroupsIsNoRecordOfTheLog() {
        progress.waits(40_000, 50_000);
        progress.loaded(5_000, 20_000);

        assertThat(progress.lag()).isEqualTo(10_000);
        assertThat(progress.share()).isEqualTo(0.25);
        assertThat(progress.text(Long.MAX_VALUE / 2)).startsWith("loading groups 25 % of 20000 records");
    }

    @Test
    void whenGroupsAreLoadedTheRecordsAreSpokenOfAgain() {
        progress.begin("applied", 0, 10_000, 0);
        progress.reached(4_000, 10_000);
        progress.loaded(20_000, 20_000);

        progress.reached(5_000, 10_000);

        assertThat(progress.share()).isEqualTo(0.5);
        assertThat(progress.text(1_000)).isEqualTo("applied 50 % of 10000 records, about 2 s left");
    }
}
