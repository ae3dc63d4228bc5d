package im.relay.apply;

import static org.assertj.core.api.Assertions.assertThat;

import im.relay.Identity;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DedupeWindowTest {
    private static final int PLENTY = 1 << 20;

    private int forgotten;

    private static Identity identity(long number) {
        return new Identity(number * 0x9E37_79B9_7F4A_7C15L, number);
    }

    private DedupeWindow window(long windowMs, int maxEntries) {
        return new DedupeWindow(windowMs, maxEntries, count -> forgotten += count);
    }

    private static boolean seen(DedupeWindow window, long time, long number) {
        window.advance(time);
        return window.seen(identity(number));
    }

    @Test
    void d11ARepeatIsADuplicateAtTheWindowsEdgeAndNotBehindIt() {
        DedupeWindow window = window(100, PLENTY);
        assertThat(seen(window, 1_000, 1)).isFalse();
        assertThat(seen(window, 1_100, 1)).isTrue();
        assertThat(seen(window, 1_201, 1)).isFalse();
    }

    @Test
    void d12TheClockIsTheRunningMaximum() {
        DedupeWindow window = window(100, PLENTY);
        seen(window, 1_000, 1);
        seen(window, 1_101, 2);
        assertThat(seen(window, 1_050, 1)).isFalse();
        assertThat(window.clock()).isEqualTo(1_101);
    }

    @Test
    void anyOrderOfTimesGivesWhatTheRuleSays() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            int windowMs = 1 + random.nextInt(200);
            DedupeWindow window = window(windowMs, PLENTY);
            Map<Long, Long> last = new HashMap<>();
            long time = 1_000;
            long clock = 0;
            for (int i = 0; i < 2_000; i++) {
                time += random.nextInt(12) - 3;
                clock = Math.max(clock, time);
                long number = 1L + random.nextInt(300);
                Long before = last.put(number, clock);
                assertThat(seen(window, time, number))
                        .as("seed %d round %d step %d", seed, round, i)
                        .isEqualTo(before != null && clock - before <= windowMs);
            }
        }
    }

    @Test
    void whatIsOutOfTheWindowIsGivenBack() {
        DedupeWindow window = window(100, PLENTY);
        for (int i = 0; i < 100_000; i++) {
            seen(window, i, i + 1);
        }
        assertThat(window.entries()).isLessThanOrEqualTo(201);
        assertThat(forgotten).isZero();
    }

    @Test
    void anEntryTakesAtMostSixtyBytes() {
        DedupeWindow window = window(1_000_000, PLENTY);
        for (int i = 1; i <= 100_000; i++) {
            seen(window, i, i);
            if (i > 1_000) {
                assertThat(window.bytes() / window.entries()).isLessThanOrEqualTo(60);
            }
        }
    }

    @Test
    void aFullWindowForgetsItsOldestAndSaysSo() {
        DedupeWindow window = window(1_000, 1_000);
        for (int i = 0; i < 5_000; i++) {
            seen(window, i / 5, i + 1);
        }
        assertThat(window.entries()).isLessThanOrEqualTo(1_000);
        assertThat(forgotten).isPositive();
        assertThat(seen(window, 1_000, 5_000)).isTrue();
    }

    @Test
    void d11AWindowThatIsFullWithinAMomentKnowsWhatCameLast() {
        DedupeWindow window = window(900_000, 1_600);
        for (int i = 1; i <= 10_000; i++) {
            seen(window, i / 10, i);
            int late = i - 1_400;
            if (late > 0) {
                assertThat(window.knows(identity(late)))
                        .as("%d after %d", late, i)
                        .isTrue();
            }
        }
        assertThat(forgotten).isEqualTo(10_000 - window.entries());
        assertThat(window.entries()).isBetween(1_500, 1_600);
    }
}
