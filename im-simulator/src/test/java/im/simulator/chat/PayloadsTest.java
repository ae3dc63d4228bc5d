package im.simulator.chat;

import static org.assertj.core.api.Assertions.assertThat;

import im.client.Content;
import im.protocol.Limits;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PayloadsTest {
    private static Payloads mix(long seed) {
        return Payloads.of(OptionalInt.empty(), new SplittableRandom(seed));
    }

    @Test
    void theMixHoldsEmptyEmojiOtherScriptsDataAndTheLimit() {
        Payloads payloads = mix(5);
        Set<Integer> sizes = new TreeSet<>();
        boolean emptyText = false;
        boolean emptyData = false;
        boolean emoji = false;
        for (int i = 0; i < payloads.count(); i++) {
            Content content = payloads.get(i).content();
            sizes.add(content.sizeBytes());
            emptyText |= content.equals(new Content.Text(""));
            emptyData |= content.equals(new Content.Data(new byte[0]));
            emoji |= content.equals(new Content.Text("🙂"));
        }

        assertThat(emptyText && emptyData && emoji).isTrue();
        assertThat(sizes).contains(Limits.PAYLOAD_BYTES).allMatch(size -> size <= Limits.PAYLOAD_BYTES);
        assertThat(sizes).anyMatch(size -> size > 1_024 && size < 4_200);
    }

    @Test
    void everyTextSurvivesUtf8() {
        Payloads payloads = mix(6);
        for (int i = 0; i < payloads.count(); i++) {
            if (payloads.get(i).content() instanceof Content.Text text) {
                byte[] bytes = text.value().getBytes(StandardCharsets.UTF_8);
                assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo(text.value());
            }
        }
    }

    @Test
    void theSameSeedGivesTheSamePool() {
        Payloads one = mix(7);
        Payloads other = mix(7);
        for (int i = 0; i < one.count(); i++) {
            assertThat(one.get(i)).isEqualTo(other.get(i));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 65_536})
    void aFixedSizeIsExact(int bytes) {
        Payloads payloads = Payloads.of(OptionalInt.of(bytes), new SplittableRandom(5));
        for (int i = 0; i < payloads.count(); i++) {
            assertThat(payloads.get(i).content().sizeBytes()).isEqualTo(bytes);
        }
    }

    @Test
    void contentTypeAndKindArePartOfTheComparison() {
        Payload text = Payload.text("a");

        assertThat(text.matches("text/plain", new Content.Text("a"))).isTrue();
        assertThat(text.matches("text/plain", new Content.Data(new byte[] {'a'})))
                .isFalse();
        assertThat(text.matches("", new Content.Text("a"))).isFalse();
        assertThat(text.matches("text/plain", new Content.Text("b"))).isFalse();
    }
}
