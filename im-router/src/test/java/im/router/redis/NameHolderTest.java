package im.router.redis;

import static org.assertj.core.api.Assertions.assertThat;

import im.router.redis.TakeSlotScript.Holder;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class NameHolderTest {
    private static final Duration LEASE = Duration.ofSeconds(10);

    private final NameHolder name = new NameHolder(LEASE);

    @Test
    void oneWhoseLeaseIsRenewedIsAlive() {
        assertThat(isAlive("x", 1_000, 0)).isFalse();
        assertThat(isAlive("x", 1_000, 3)).isFalse();
        assertThat(isAlive("x", 4_000, 4)).isTrue();
    }

    @Test
    void oneWhoseLeaseOnlyRunsOutIsDeadUntilItShouldHaveEndedLongAgo() {
        assertThat(isAlive("x", 1_000, 0)).isFalse();
        assertThat(isAlive("x", 1_000, 13)).isFalse();
        assertThat(isAlive("x", 1_000, 14)).isTrue();
    }

    @Test
    void anotherHolderIsJudgedAnew() {
        assertThat(isAlive("x", 1_000, 0)).isFalse();
        assertThat(isAlive("y", 9_000, 8)).isFalse();
        assertThat(isAlive("y", 9_000, 20)).isFalse();
        assertThat(isAlive("y", 12_000, 21)).isTrue();
    }

    private boolean isAlive(String token, long deadline, int seconds) {
        return name.isAlive(
                new Holder(token, deadline), Duration.ofSeconds(seconds).toNanos());
    }
}
