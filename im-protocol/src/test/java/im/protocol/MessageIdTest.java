package im.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageIdTest {
    private static final long LAST_MILLISECOND = (1L << 48) - 1;

    @Test
    void aNewIdIsAVersion7UuidOfItsMillisecond() {
        for (long millis : new long[] {0, 1, 1_700_000_000_000L, LAST_MILLISECOND}) {
            MessageId id = MessageId.create(millis, new Random(millis));
            UUID uuid = UUID.fromString(id.toString());

            assertThat(uuid.version()).isEqualTo(7);
            assertThat(uuid.variant()).isEqualTo(2);
            assertThat(id.high() >>> 16).isEqualTo(millis);
        }
    }

    @Test
    void idsOfOneMillisecondDiffer() {
        Random random = new Random(1);
        Set<MessageId> ids = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            ids.add(MessageId.create(1_700_000_000_000L, random));
        }

        assertThat(ids).hasSize(10_000);
    }

    @Test
    void aLaterIdHasTheLargerText() {
        Random random = new Random(2);

        assertThat(MessageId.create(1_700_000_000_001L, random).toString())
                .isGreaterThan(MessageId.create(1_700_000_000_000L, random).toString());
    }

    @Test
    void theTextIsReadBack() {
        Random random = new Random(3);
        for (int i = 0; i < 1_000; i++) {
            MessageId id = new MessageId(random.nextLong(), random.nextLong());

            assertThat(MessageId.parse(id.toString())).isEqualTo(id);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0",
                "018bcfe5-6800-7000-8000-00000000000",
                "018bcfe5-6800-7000-8000-0000000000000",
                "018BCFE5-6800-7000-8000-000000000000",
                "018bcfe5-6800-7000-8000-00000000000G",
                "018bcfe5-6800-7000-8000-00000000000g",
                "018bcfe5 6800-7000-8000-000000000000",
                "018bcfe56-800-7000-8000-000000000000",
                "018bcfe5-6800-7000-8000-00000000000\n",
                "{18bcfe5-6800-7000-8000-000000000000",
                "018bcfe5-6800-7000-8000-0000000000０0",
                "+18bcfe5-6800-7000-8000-000000000000",
                "-18bcfe5-6800-7000-8000-000000000000",
                "018bcfe5680070008000000000000000"
            })
    void aTextThatIsNotCanonicalIsNone(String text) {
        assertThat(MessageId.parse(text)).isNull();
    }

    @Test
    void anyVersionIsTaken() {
        assertThat(MessageId.parse("00000000-0000-0000-0000-000000000000")).isEqualTo(new MessageId(0, 0));
        assertThat(MessageId.parse("ffffffff-ffff-ffff-ffff-ffffffffffff")).isEqualTo(new MessageId(-1, -1));
    }
}
