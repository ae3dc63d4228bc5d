package im.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.gateway.intercept.IncomingMessage;
import im.gateway.intercept.MessageContent;
import im.gateway.intercept.MessageContent.Data;
import im.gateway.intercept.MessageContent.Text;
import im.gateway.intercept.MessageInterceptor;
import im.gateway.intercept.Verdict;
import im.protocol.ConversationKey;
import im.protocol.MessageId;
import im.protocol.v1.Code;
import java.time.Duration;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WordAndRateFilterTest {
    private long nanos = -5;
    private final WordAndRateFilter filter = new WordAndRateFilter(() -> nanos);
    private int id;

    @ParameterizedTest
    @CsvSource({
        "what a bloody day, what a ****** day",
        "BLOODY Straße, ****** ******",
        "cold-blooded bloodyish, cold-blooded bloodyish",
        "nothing, nothing",
    })
    void maskedWordsAreMaskedWholeAndInAnyCase(String text, String expected) {
        filter.start(Map.of("filter.masked-words", "bloody, stra\u00dfe"));

        Verdict verdict = filter.intercept(message("a", new Text(text)));

        assertThat(verdict)
                .isEqualTo(text.equals(expected) ? Verdict.ACCEPT : new Verdict.Rewrite("t", new Text(expected)));
    }

    @Test
    void aMessageWithARefusedWordIsForbiddenAndDoesNotCount() {
        filter.start(Map.of("filter.refused-words", "spam", "filter.messages-per-minute", "1"));

        assertThat(code(filter.intercept(message("a", new Text("Spam!"))))).isEqualTo(Code.FORBIDDEN);
        assertThat(filter.intercept(message("a", new Text("ham")))).isEqualTo(Verdict.ACCEPT);
    }

    @Test
    void aSenderMaySendSoManyAMinuteAndIsToldWhenToComeBack() {
        filter.start(Map.of("filter.messages-per-minute", "2"));
        assertThat(filter.intercept(message("a", new Text("1")))).isEqualTo(Verdict.ACCEPT);
        nanos += Duration.ofSeconds(20).toNanos();
        assertThat(filter.intercept(message("a", new Data(new byte[1])))).isEqualTo(Verdict.ACCEPT);

        Verdict third = filter.intercept(message("a", new Text("3")));

        assertThat(code(third)).isEqualTo(Code.RATE_LIMITED);
        assertThat(((Verdict.Reject) third).retryAfterMs()).isEqualTo(40_001);
        assertThat(filter.intercept(message("b", new Text("1")))).isEqualTo(Verdict.ACCEPT);
        nanos += Duration.ofSeconds(40).toNanos();
        assertThat(filter.intercept(message("a", new Text("4")))).isEqualTo(Verdict.ACCEPT);
    }

    @Test
    void aRepeatOfWhatWasLetThroughIsLetThrough() {
        filter.start(Map.of("filter.messages-per-minute", "1"));
        IncomingMessage message = message("a", new Text("1"));

        assertThat(filter.intercept(message)).isEqualTo(Verdict.ACCEPT);
        assertThat(filter.intercept(message)).isEqualTo(Verdict.ACCEPT);
        assertThat(code(filter.intercept(message("a", new Text("2"))))).isEqualTo(Code.RATE_LIMITED);
    }

    @Test
    void theSameIdToSomebodyElseIsAnotherMessage() {
        filter.start(Map.of("filter.messages-per-minute", "1"));
        IncomingMessage message = message("a", new Text("1"));
        IncomingMessage elsewhere = new IncomingMessage(
                ConversationKey.direct("a", "y"), "a", "d", message.messageId(), "t", message.content());

        assertThat(filter.intercept(message)).isEqualTo(Verdict.ACCEPT);
        assertThat(code(filter.intercept(elsewhere))).isEqualTo(Code.RATE_LIMITED);
    }

    @Test
    void theSendersThatWereSilentLongestAreForgotten() {
        SenderRates rates = new SenderRates(1, () -> nanos);
        for (int i = 0; i <= SenderRates.MOST_SENDERS; i++) {
            assertThat(rates.count(message("a" + i, new Text("1")))).isZero();
        }

        assertThat(rates.count(message("a" + SenderRates.MOST_SENDERS, new Text("2"))))
                .isPositive();
        assertThat(rates.count(message("a0", new Text("2")))).isZero();
    }

    @Test
    void withoutSettingsEverythingPasses() {
        filter.start(Map.of());

        assertThat(filter.intercept(message("a", new Text("spam")))).isEqualTo(Verdict.ACCEPT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "100001", "many", ""})
    void aRateThatIsNoneIsSaidByName(String rate) {
        assertThatThrownBy(() -> filter.start(Map.of("filter.messages-per-minute", rate)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("filter.messages-per-minute is \"" + rate + "\"");
    }

    @Test
    void itIsFoundByItsName() {
        assertThat(ServiceLoader.load(MessageInterceptor.class)).hasOnlyElementsOfType(WordAndRateFilter.class);
    }

    private IncomingMessage message(String sender, MessageContent content) {
        return new IncomingMessage(
                ConversationKey.direct(sender, "z"), sender, "d", new MessageId(1, ++id), "t", content);
    }

    private static Code code(Verdict verdict) {
        return ((Verdict.Reject) verdict).code();
    }
}
