package im.relay.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LocalLogConfigTest {
    private final LocalLogConfig config = LocalLogConfig.defaults();

    @Test
    void theDefaultsKeepTheContractsWindow() {
        assertThat(config.dedupeWindow()).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void aWindowBelowTheContractsIsRefusedByName() {
        assertThatThrownBy(() -> config.withDedupeWindow(Duration.ofMinutes(10).minusMillis(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("dedupeWindow=PT9M59.999S");
        assertThatThrownBy(() -> config.withDedupeWindow(Duration.ofDays(8)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void boundsOutOfRangeAreRefusedByName() {
        assertThatThrownBy(() -> config.withQueue(63, 5 << 20)).hasMessageContaining("queueMessages=63");
        assertThatThrownBy(() -> config.withQueue(64, 1)).hasMessageContaining("queueBytes=1");
        assertThatThrownBy(() -> config.withCacheBytes(0)).hasMessageContaining("cacheBytes=0");
        assertThatThrownBy(() -> config.withReads(0, 1)).hasMessageContaining("readThreads=0");
        assertThatThrownBy(() -> config.withReads(1, 0)).hasMessageContaining("queueReads=0");
    }
}
