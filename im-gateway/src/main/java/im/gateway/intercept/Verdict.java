package im.gateway.intercept;

import im.protocol.v1.Code;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/** What is to become of a message. */
public sealed interface Verdict {
    /** Characters of a refusal's text. */
    int MAX_TEXT = 256;

    /** The message goes on as it is. */
    Verdict ACCEPT = new Accept();

    /** {@link #ACCEPT}. */
    record Accept() implements Verdict {}

    /**
     * The message is not accepted, and its sender is told so.
     *
     * @param code FORBIDDEN, MALFORMED, TOO_LARGE or UNSUPPORTED where a retry makes no sense; RATE_LIMITED, OVERLOADED
     *     or UNAVAILABLE where the sender may try again
     * @param text for people, at most {@link #MAX_TEXT} characters
     * @param retryAfterMs 0 where there is no advice
     */
    record Reject(Code code, String text, int retryAfterMs) implements Verdict {
        private static final Set<Code> CODES = EnumSet.of(
                Code.FORBIDDEN,
                Code.MALFORMED,
                Code.TOO_LARGE,
                Code.UNSUPPORTED,
                Code.RATE_LIMITED,
                Code.OVERLOADED,
                Code.UNAVAILABLE);

        /** @throws IllegalArgumentException when one of them is out of bounds, or the text no well-formed Unicode */
        public Reject {
            if (!CODES.contains(code) || text.length() > MAX_TEXT || !isWellFormed(text) || retryAfterMs < 0) {
                throw new IllegalArgumentException("not a refusal: " + code + " after " + retryAfterMs);
            }
        }

        /** One that makes no retry worth while. */
        public Reject(Code code, String text) {
            this(code, text, 0);
        }
    }

    private static boolean isWellFormed(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    /** The message goes on with another content; a content that could not be sent is a failure, and refused. */
    record Rewrite(String contentType, MessageContent content) implements Verdict {
        /** @throws IllegalArgumentException when the text is not well-formed Unicode */
        public Rewrite {
            Objects.requireNonNull(contentType, "contentType");
            Objects.requireNonNull(content, "content");
            if (content instanceof MessageContent.Text text && !isWellFormed(text.text())) {
                throw new IllegalArgumentException("not well-formed Unicode");
            }
        }
    }
}
