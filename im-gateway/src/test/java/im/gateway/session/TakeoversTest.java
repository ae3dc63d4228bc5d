package im.gateway.session;

import static im.gateway.session.ClientFrames.hello;
import static org.assertj.core.api.Assertions.assertThat;

import im.gateway.service.Takeovers;
import im.protocol.CloseReason;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Two clients that both believe to be one device: after a few turns the one that is there stays. */
class TakeoversTest {
    private final SessionFixture fixture = new SessionFixture();
    private long now = 5_000_000;
    private final Takeovers takeovers = new Takeovers(() -> now, new Random(1));

    @Test
    void theNewcomerAfterTheLastThatMayIsKeptAwayUntilTheWindowEnds() {
        IntStream.range(0, Takeovers.MOST).forEach(i -> {
            assertThat(takeovers.retryAfterMillis("u", "d")).isZero();
            takeovers.happened("u", "d");
        });

        assertThat(takeovers.retryAfterMillis("u", "d")).isEqualTo(Takeovers.WINDOW_MILLIS);
        now += Takeovers.WINDOW_MILLIS - 1;
        assertThat(takeovers.retryAfterMillis("u", "d")).isEqualTo(1);
        now++;
        assertThat(takeovers.retryAfterMillis("u", "d")).isZero();
    }

    @Test
    void otherDevicesComeAndGoWhileOneIsKeptAway() {
        IntStream.range(0, Takeovers.MOST).forEach(i -> takeovers.happened("u", "d"));

        long refused = IntStream.range(0, 100_000)
                .filter(i -> takeovers.retryAfterMillis("u" + i, "d") > 0)
                .count();

        assertThat(refused).isLessThanOrEqualTo(1);
    }

    @Test
    void nobodyCanChooseADeviceThatIsTakenForAnother() {
        assertThat("Aa".hashCode()).isEqualTo("BB".hashCode());
        IntStream.range(0, Takeovers.MOST).forEach(i -> takeovers.happened("u", "Aa"));

        assertThat(takeovers.retryAfterMillis("u", "BB")).isZero();
    }

    @Test
    void manyDevicesThatEachComeBackOnceRefuseNobody() {
        for (int device = 0; device < 200_000; device++) {
            assertThat(takeovers.retryAfterMillis("user-" + device, "phone")).isZero();
            takeovers.happened("user-" + device, "phone");
        }
    }

    @Test
    void aSessionThatKeepsTheOthersAwayStaysAndTheRefusedOneIsToldWhenToComeBack() {
        fixture.betweenTakeovers = 0;
        WireConnection there = fixture.hello(hello(1).build());
        for (int attempt = 2; attempt <= Takeovers.MOST + 1; attempt++) {
            WireConnection next = fixture.hello(hello(attempt).build());
            assertThat(there.closed).isEqualTo(CloseReason.DISPLACED);
            there = next;
        }

        WireConnection refused = fixture.hello(hello(100).build());

        assertThat(refused.closed).isEqualTo(CloseReason.RATE_LIMITED);
        assertThat(refused.closeRetryAfterMs).isEqualTo(Takeovers.WINDOW_MILLIS);
        assertThat(there.closed).isNull();
        assertThat(fixture.count("im.gateway.takeovers.refused")).isEqualTo(1);
    }
}
