package im.relay.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BreakerTest {
    private static final long STALL = 1_000;

    private final AtomicLong nanos = new AtomicLong();
    private final Breaker breaker = new Breaker(STALL, nanos::get);

    @Test
    void aFailureOpensItAndASuccessOfWhatIsUnderWayClosesIt() {
        assertThat(breaker.admit()).isTrue();
        assertThat(breaker.admit()).isTrue();
        breaker.failed();
        assertThat(breaker.refuses()).isTrue();
        assertThat(breaker.admit()).isFalse();
        assertThat(breaker.wantsProbe()).isFalse();
        breaker.succeeded();
        assertThat(breaker.refuses()).isFalse();
        assertThat(breaker.admit()).isTrue();
    }

    @Test
    void silenceOpensItWhileSomethingIsUnderWay() {
        nanos.set(10 * STALL);
        breaker.admit();
        nanos.addAndGet(STALL);
        breaker.watch();
        assertThat(breaker.isOpen()).isFalse();
        nanos.addAndGet(1);
        breaker.watch();
        assertThat(breaker.isOpen()).isTrue();
    }

    @Test
    void silenceWithNothingUnderWayIsNoTrouble() {
        breaker.admit();
        breaker.succeeded();
        nanos.addAndGet(10 * STALL);
        breaker.watch();
        assertThat(breaker.isOpen()).isFalse();
    }

    @Test
    void whenProbedOneAtATimeIsLetThroughAndDecides() {
        breaker.admit();
        breaker.failed();
        assertThat(breaker.wantsProbe()).isTrue();
        breaker.probed();
        assertThat(breaker.refuses()).isFalse();
        assertThat(breaker.admit()).isTrue();
        assertThat(breaker.admit()).isFalse();
        breaker.failed();
        assertThat(breaker.refuses()).isTrue();
        breaker.probed();
        assertThat(breaker.admit()).isTrue();
        breaker.succeeded();
        assertThat(breaker.admit()).isTrue();
        assertThat(breaker.admit()).isTrue();
    }

    @Test
    void aRecordsOwnFaultSaysNothing() {
        breaker.admit();
        breaker.ended();
        assertThat(breaker.isOpen()).isFalse();
        nanos.addAndGet(10 * STALL);
        breaker.watch();
        assertThat(breaker.isOpen()).isFalse();
    }

    @Test
    void theLogHasFailedWhileNothingIsAcknowledgedSinceItOpened() {
        AtomicInteger probes = new AtomicInteger();
        Breakers breakers = new Breakers("im-messages-1", 2, STALL, all -> probes.incrementAndGet(), nanos::get);
        nanos.set(5_000_000_000L);
        breakers.of(1).admit();
        breakers.of(1).failed();
        assertThat(breakers.failure()).contains("im-messages-1");
        assertThat(breakers.open()).isEqualTo(1);
        breakers.tick();
        breakers.tick();
        assertThat(probes).hasValue(1);

        nanos.addAndGet(1);
        breakers.acknowledged();
        assertThat(breakers.failure()).isNull();
        breakers.probed(1);
        assertThat(breakers.open()).isZero();
    }
}
