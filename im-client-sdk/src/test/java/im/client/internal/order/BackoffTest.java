package im.client.internal.order;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private final SplittableRandom random = new SplittableRandom(42);
    private final Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(30), random);

    @Test
    void delaysStayBelowABoundThatDoublesUpToTheMaximum() {
        long bound = 100;
        for (int attempt = 0; attempt < 20; attempt++) {
            assertThat(backoff.nextMillis()).as("attempt %d", attempt).isBetween(1L, bound);
            bound = Math.min(bound * 2, 30_000);
        }
    }

    @Test
    void delaysAtTheMaximumAreSpreadOverTheWholeRange() {
        for (int i = 0; i < 20; i++) {
            backoff.nextMillis();
        }
        long[] thirds = new long[3];

        for (int i = 0; i < 3_000; i++) {
            thirds[(int) Math.min(2, backoff.nextMillis() / 10_000)]++;
        }

        for (long count : thirds) {
            assertThat(count).isGreaterThan(800);
        }
    }

    @Test
    void aConnectionThatLivedStartsOverAndAShortOneDoesNot() {
        Backoff longest = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(30), new Largest());
        for (int i = 0; i < 5; i++) {
            longest.nextMillis();
        }

        longest.lived(3_199);
        assertThat(longest.nextMillis()).isEqualTo(3_200);
        longest.lived(6_400);

        assertThat(longest.nextMillis()).isEqualTo(100);
    }

    /** Draws the largest number there is. */
    private static final class Largest implements RandomGenerator {
        @Override
        public long nextLong() {
            return Long.MAX_VALUE;
        }

        @Override
        public long nextLong(long origin, long bound) {
            return bound - 1;
        }
    }

    @Test
    void whatAServerAskedForIsKeptAndSpreadByAQuarter() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(Backoff.spread(1_000, random)).isBetween(1_000L, 1_250L);
        }
        assertThat(Backoff.spread(0, random)).isZero();
    }
}
