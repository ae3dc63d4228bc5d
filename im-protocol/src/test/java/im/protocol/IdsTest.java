package im.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdsTest {

    @ParameterizedTest
    @ValueSource(strings = {"a", "Z", "0", "alice", "a.b_c@d+e=f-g", "...", "-", "="})
    void lettersDigitsAndTheSixSignsAreAnId(String id) {
        assertThat(Ids.isValid(id)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "a b",
                "a|b",
                "a/b",
                "a:b",
                "a,b",
                "a\u0000",
                "a\nb",
                "a\rb",
                "\t",
                "\u007f",
                "ä",
                "é",
                "а",
                "\ud83d\ude00",
                "\ud800",
                "a\u200b",
                "a{b}",
                "a*b",
                "a\\b",
                "a\"b",
                "a'b",
                "`",
                "[",
                "^",
                "~",
                "ｅ"
            })
    void anythingElseIsNone(String id) {
        assertThat(Ids.isValid(id)).isFalse();
    }

    @Test
    void theLongestIdHas64Characters() {
        assertThat(Ids.isValid("a".repeat(63))).isTrue();
        assertThat(Ids.isValid("a".repeat(64))).isTrue();
        assertThat(Ids.isValid("a".repeat(65))).isFalse();
        assertThat(Ids.isValid("a".repeat(10_000))).isFalse();
    }

    @Test
    void exactly68CharactersOfUnicodeAreAllowed() {
        long allowed = IntStream.rangeClosed(0, Character.MAX_VALUE)
                .filter(c -> Ids.isValid(String.valueOf((char) c)))
                .count();

        assertThat(allowed).isEqualTo(26 + 26 + 10 + 6);
    }
}
