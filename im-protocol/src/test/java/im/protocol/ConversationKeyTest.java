package im.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConversationKeyTest {

    @Test
    void bothSidesNameTheSameConversation() {
        ConversationKey key = ConversationKey.direct("bob", "alice");

        assertThat(key).isEqualTo(ConversationKey.direct("alice", "bob"));
        assertThat(key.text()).isEqualTo("d|alice|bob");
        assertThat(key.toString()).isEqualTo(key.text());
    }

    @Test
    void uidsAreOrderedAsStringsAndCaseCounts() {
        assertThat(ConversationKey.direct("a", "B").text()).isEqualTo("d|B|a");
        assertThat(ConversationKey.direct("u10", "u9").text()).isEqualTo("d|u10|u9");
        assertThat(ConversationKey.direct("a", "A")).isNotEqualTo(ConversationKey.direct("a", "a"));
    }

    @Test
    void aConversationWithOneselfHasTheUidTwice() {
        ConversationKey key = ConversationKey.direct("me", "me");

        assertThat(key.text()).isEqualTo("d|me|me");
        assertThat(key.peerOf("me")).isEqualTo("me");
        assertThat(key.includes("me")).isTrue();
    }

    @Test
    void thePeerIsTheOtherOne() {
        ConversationKey key = ConversationKey.direct("alice", "bob");

        assertThat(key.peerOf("alice")).isEqualTo("bob");
        assertThat(key.peerOf("bob")).isEqualTo("alice");
        assertThat(key.includes("alice")).isTrue();
        assertThat(key.includes("bob")).isTrue();
        assertThat(key.includes("carol")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"d|alice|bob", "d|a|a", "d|A|a", "d|@|me.too"})
    void aTextIsReadBack(String text) {
        assertThat(ConversationKey.parse(text).text()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "d", "d|", "d||", "d|a", "d|a|", "d||a", "d|b|a", "d|a|b|c", "d|a|b|", "D|a|b", "g|a|b", " d|a|b",
                "d|a b|c", "d|a|b\n", "a|b"
            })
    void anyOtherTextIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> ConversationKey.parse(text));
    }

    @Test
    void aKeyOfWhatIsNoUidCannotExist() {
        assertThatIllegalArgumentException().isThrownBy(() -> ConversationKey.direct("a|b", "c"));
        assertThatIllegalArgumentException().isThrownBy(() -> ConversationKey.direct("", "c"));
        assertThatIllegalArgumentException().isThrownBy(() -> ConversationKey.direct("c", "x".repeat(65)));
        assertThatIllegalArgumentException().isThrownBy(() -> new ConversationKey("b", "a"));
    }
}
