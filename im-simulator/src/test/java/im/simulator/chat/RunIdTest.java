package im.simulator.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RunIdTest {
    private static final long NOW = 1_763_683_200_000L;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_536, Integer.MAX_VALUE})
    void aMessagesNumberIsReadBackFromItsId(int number) {
        for (long tag : new long[] {0, 1, (1L << 42) - 1, 0x2aa_5555_1234L}) {
            RunId run = new RunId(tag, NOW, 1_000);
            String id = run.idOf(number, 5_001_000).toString();

            assertThat(run.messageOf(id)).isEqualTo(number);
            assertThat(UUID.fromString(id).version()).isEqualTo(7);
            assertThat(UUID.fromString(id).variant()).isEqualTo(2);
            assertThat(UUID.fromString(id).getMostSignificantBits() >>> 16).isEqualTo(NOW + 5);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "not an id",
                "01936b1e-7c00-7abc-8def-0123456789ab",
                "01936b1e-7c00-4aaa-9555-512300000001",
                "01936B1E-7C00-7AAA-9555-512300000001"
            })
    void anIdOfAnotherRunHasNoNumber(String id) {
        assertThat(new RunId(0x2aa_5555_1234L, NOW, 0).messageOf(id)).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aRunIdIsNineLettersAndDigits(long seed) {
        RunId run = RunId.choose(new SplittableRandom(seed));

        assertThat(run.text()).matches("[0-9a-z]{9}");
        assertThat(Long.parseLong(run.text(), 36)).isEqualTo(run.tag());
    }
}
