package im.client.internal.order;

import static org.assertj.core.api.Assertions.assertThat;

import im.client.internal.order.Heartbeat.Due;
import org.junit.jupiter.api.Test;

class HeartbeatTest {
    private final Heartbeat heartbeat = new Heartbeat(1_000, 0);

    @Test
    void anIdleConnectionPingsAfterOneHeartbeat() {
        assertThat(heartbeat.check(999)).isEqualTo(Due.NOTHING);
        assertThat(heartbeat.nextCheck()).isEqualTo(1_000);
        assertThat(heartbeat.check(1_000)).isEqualTo(Due.PING);
    }

    @Test
    void silenceAfterThePingIsDeathAt1Point3Heartbeats() {
        heartbeat.check(1_000);

        assertThat(heartbeat.check(1_299)).isEqualTo(Due.NOTHING);
        assertThat(heartbeat.check(1_300)).isEqualTo(Due.DEAD);
    }

    @Test
    void anyByteAfterThePingIsLife() {
        heartbeat.check(1_000);
        heartbeat.read(1_299);

        assertThat(heartbeat.check(1_300)).isEqualTo(Due.NOTHING);
        assertThat(heartbeat.nextCheck()).isEqualTo(2_000);
    }

    @Test
    void aConnectionThatOnlyWritesPingsToo() {
        heartbeat.wrote(500);
        heartbeat.wrote(990);

        assertThat(heartbeat.check(1_000)).isEqualTo(Due.PING);
        heartbeat.wrote(1_200);
        assertThat(heartbeat.check(1_300)).isEqualTo(Due.DEAD);
    }

    @Test
    void aLatePingStillLeavesTimeForItsAnswer() {
        assertThat(heartbeat.check(5_000)).isEqualTo(Due.PING);
        assertThat(heartbeat.check(5_299)).isEqualTo(Due.NOTHING);
        assertThat(heartbeat.check(5_300)).isEqualTo(Due.DEAD);
    }

    @Test
    void silenceWhileNotReadingIsNotDeath() {
        heartbeat.check(1_000);
        heartbeat.reading(false, 1_100);

        assertThat(heartbeat.check(1_300)).isEqualTo(Due.NOTHING);
        assertThat(heartbeat.check(2_000))
                .as("still pings, for the gateway's sake")
                .isEqualTo(Due.PING);
        heartbeat.reading(true, 9_000);
        assertThat(heartbeat.check(9_001)).isNotEqualTo(Due.DEAD);
    }
}
