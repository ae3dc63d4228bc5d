package im.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class RawArgumentsTest {

    @Test
    void theLastWordsAreReadAsUtf8EmptyOnesToo() {
        byte[] commandLine = "java\0-cp\0x:y\0Main\0send\0--text\0\0--to\0我👍\0".getBytes(StandardCharsets.UTF_8);

        String[] arguments = RawArguments.last(new String[] {"send", "--text", "", "--to", "??"}, commandLine);

        assertThat(arguments).containsExactly("send", "--text", "", "--to", "我👍");
    }

    @Test
    void aCommandLineWithTooFewWordsChangesNothing() {
        String[] given = {"send", "x"};

        assertThat(RawArguments.last(given, "send\0".getBytes(StandardCharsets.UTF_8)))
                .isSameAs(given);
        assertThat(RawArguments.last(given, new byte[0])).isSameAs(given);
    }

    @Test
    void whatIsNotDamagedIsLeftAlone() {
        String[] given = {"send", "--text", "plain"};

        assertThat(RawArguments.of(given)).isSameAs(given);
    }
}
