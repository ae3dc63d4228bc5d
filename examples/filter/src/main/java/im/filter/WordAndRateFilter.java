package im.filter;

import im.gateway.intercept.IncomingMessage;
import im.gateway.intercept.MessageContent.Text;
import im.gateway.intercept.MessageInterceptor;
import im.gateway.intercept.Verdict;
import im.protocol.v1.Code;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Masks some words, refuses messages with others, and refuses who sends more than so many a minute. Texts only; bytes
 * count for the rate. Settings, all optional:
 *
 * <ul>
 *   <li>{@code filter.masked-words}: separated by commas; each of their letters becomes an asterisk
 *   <li>{@code filter.refused-words}: separated by commas; a message with one of them is FORBIDDEN
 *   <li>{@code filter.messages-per-minute}: of one uid on this node, 1 to 100 000; unbounded where it is not set
 * </ul>
 */
public final class WordAndRateFilter implements MessageInterceptor {
    private static final int MAX_PER_MINUTE = 100_000;
    private static final String TOO_FAST = "more messages than you may send in a minute";

    private final LongSupplier nanos;
    private @Nullable Pattern masked;
    private @Nullable Pattern refused;
    private @Nullable SenderRates rates;

    /** For {@link java.util.ServiceLoader}. */
    public WordAndRateFilter() {
        this(System::nanoTime);
    }

    /** @param nanos monotonic */
    WordAndRateFilter(LongSupplier nanos) {
        this.nanos = nanos;
    }

    @Override
    public void start(Map<String, String> settings) {
        masked = words(settings.getOrDefault("filter.masked-words", ""));
        refused = words(settings.getOrDefault("filter.refused-words", ""));
        String perMinute = settings.get("filter.messages-per-minute");
        rates = perMinute == null ? null : new SenderRates(number(perMinute), nanos);
    }

    private static int number(String text) {
        try {
            int number = Integer.parseInt(text.trim());
            if (number >= 1 && number <= MAX_PER_MINUTE) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw new IllegalArgumentException(
                "filter.messages-per-minute is \"" + text + "\": expected a whole number from 1 to " + MAX_PER_MINUTE);
    }

    /** Whole words in any case; null where there are none. */
    private static @Nullable Pattern words(String list) {
        List<String> words = Arrays.stream(list.split(","))
                .map(String::trim)
                .filter(word -> !word.isEmpty())
                .toList();
        return words.isEmpty()
                ? null
                : Pattern.compile(
                        words.stream().map(Pattern::quote).collect(Collectors.joining("|", "\\b(?:", ")\\b")),
                        Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.UNICODE_CHARACTER_CLASS);
    }

    @Override
    public Verdict intercept(IncomingMessage message) {
        String text = message.content() instanceof Text content ? content.text() : "";
        if (refused != null && refused.matcher(text).find()) {
            return new Verdict.Reject(Code.FORBIDDEN, "the message holds a word that is not allowed here");
        }
        int waitMillis = rates == null ? 0 : rates.count(message);
        if (waitMillis > 0) {
            return new Verdict.Reject(Code.RATE_LIMITED, TOO_FAST, waitMillis);
        }
        if (masked != null && masked.matcher(text).find()) {
            String made = masked.matcher(text)
                    .replaceAll(word -> "*"
                            .repeat(word.group().codePointCount(0, word.group().length())));
            return new Verdict.Rewrite(message.contentType(), new Text(made));
        }
        return Verdict.ACCEPT;
    }
}
