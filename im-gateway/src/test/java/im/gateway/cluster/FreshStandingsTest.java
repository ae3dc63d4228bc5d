package im.gateway.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FreshStandingsTest {
    private final AtomicLong nanos = new AtomicLong(-5);
    private final FreshStandings fresh = new FreshStandings(nanos::get);

    private void read(String group, String uid, long changedAt) {
        fresh.allowed(group, uid, changedAt, fresh.reading(group));
    }

    @Test
    void whatWasReadIsHeldForASecond() {
        read("g", "a", 7);

        nanos.addAndGet(FreshStandings.FRESH_NANOS - 1);
        assertThat(fresh.allows("g", "a")).isTrue();
        assertThat(fresh.allows("g", "b")).isFalse();
        assertThat(fresh.allows("h", "a")).isFalse();
        nanos.incrementAndGet();
        assertThat(fresh.allows("g", "a")).isFalse();
    }

    @Test
    void aLaterChangeThatIsHeardOfOrReadEndsIt_D17() {
        read("g", "a", 7);
        fresh.heard("g", 7);
        assertThat(fresh.allows("g", "a")).isTrue();

        fresh.heard("g", 8);
        assertThat(fresh.allows("g", "a")).isFalse();

        read("g", "a", 8);
        read("g", "b", 9);
        assertThat(fresh.allows("g", "a")).isFalse();
        assertThat(fresh.allows("g", "b")).isTrue();
    }

    @Test
    void whatWasBeingReadWhenAChangeCameIsNotHeld() {
        long reading = fresh.reading("g");
        fresh.heard("g", Long.MAX_VALUE);
        fresh.allowed("g", "a", 7, reading);
        assertThat(fresh.allows("g", "a")).isFalse();

        long later = fresh.reading("g");
        fresh.heard("g", 9);
        fresh.allowed("g", "a", 7, later);
        assertThat(fresh.allows("g", "a")).isFalse();
    }

    @Test
    void allGoesWhenThereIsTooMuch() {
        read("g", "first", 7);
        for (int i = 0; i < FreshStandings.MAX_HELD - 2; i++) {
            read("g", "u" + i, 7);
        }
        assertThat(fresh.allows("g", "first")).isTrue();
        long reading = fresh.reading("h");

        read("g", "one more", 7);

        assertThat(fresh.allows("g", "first")).isFalse();
        assertThat(fresh.allows("g", "one more")).isTrue();
        fresh.allowed("h", "a", 7, reading);
        assertThat(fresh.allows("h", "a")).isFalse();
    }

    @Test
    void aChangeOfThisNodeCountsUntilAViewHasItOrASecondIsOver() {
        CompletionStage<Long> end = CompletableFuture.completedFuture(3L);
        CompletionStage<Long> later = CompletableFuture.completedFuture(4L);
        read("g", "a", 7);
        fresh.changing("g", end);
        assertThat(fresh.allows("g", "a")).isFalse();
        fresh.changing("g", later);

        fresh.settled("g", end);
        assertThat(fresh.changing("g")).isSameAs(later);
        fresh.settled("g", later);
        assertThat(fresh.changing("g")).isNull();

        fresh.changing("g", end);
        nanos.addAndGet(FreshStandings.FRESH_NANOS);
        assertThat(fresh.changing("g")).isNull();
    }
}
