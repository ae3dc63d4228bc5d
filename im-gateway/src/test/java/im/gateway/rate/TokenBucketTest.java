package im.gateway.rate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenBucketTest {
    private static final long SECOND = TokenBucket.NANOS;

    /** All that it allows at one moment. */
    private static int taken(TokenBucket bucket, long nanos) {
        int taken = 0;
        while (bucket.take(nanos)) {
            taken++;
        }
        return taken;
    }

    @ParameterizedTest
    @CsvSource({"1,0,1", "1,1,1", "1,2,2", "20,2,40", "500,0.1,50", "100,1,100", "7,0.1,1", "1000000,1,1000000"})
    void atFirstAndAfterAnyPauseItAllowsItsBurstAndOneAtLeast(int perSecond, double burstSeconds, int most) {
        long begun = -5 * SECOND;
        TokenBucket bucket = new TokenBucket(perSecond, (long) (burstSeconds * SECOND), begun);

        assertThat(taken(bucket, begun)).isEqualTo(most);
        assertThat(taken(bucket, begun + 3_600 * SECOND)).isEqualTo(most);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 50, 1000})
    void howeverOftenItIsAskedItAllowsItsRateAndNoMore(int perSecond) {
        TokenBucket bucket = new TokenBucket(perSecond, 0, 0);
        int taken = taken(bucket, 0);

        for (long at = 0; at <= 60 * SECOND; at += SECOND / 2_000) {
            taken += taken(bucket, at);
        }

        assertThat(taken).isEqualTo(1 + 60 * perSecond);
    }

    @Test
    void oneMoreIsAllowedAtItsMomentAndNotBefore() {
        TokenBucket bucket = new TokenBucket(10, 0, 0);
        assertThat(bucket.take(0)).isTrue();

        assertThat(bucket.take(SECOND / 10 - 1)).isFalse();
        assertThat(bucket.take(SECOND / 10)).isTrue();
    }

    @Test
    void toAskWhetherItWouldTakesNothing() {
        TokenBucket bucket = new TokenBucket(10, 0, 0);

        assertThat(bucket.has(0)).isTrue();
        assertThat(bucket.has(0)).isTrue();
        assertThat(taken(bucket, 0)).isEqualTo(1);
        assertThat(bucket.has(0)).isFalse();
    }
}
