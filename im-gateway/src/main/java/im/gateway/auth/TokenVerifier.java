package im.gateway.auth;

/** Decides on a token. Never blocks, never throws for what a client sent; safe on any thread. */
@FunctionalInterface
public interface TokenVerifier {
    /** What a client is told of every refused token, whatever the reason: a reason would teach a forger. */
    String REFUSED_TEXT = "token refused";

    /** @param token as the client sent it, of any length and content */
    Verdict verify(String token);

    /** What was decided. */
    sealed interface Verdict {

        /**
         * @param uid who it is; a valid id
         * @param expiresAtMs when the token ends, in Unix milliseconds; already past by less than the leeway at worst
         */
        record Valid(String uid, long expiresAtMs) implements Verdict {}

        /**
         * @param why one of a small fixed set of words, for a metric's label and the debug log; never for the client,
         *     who gets {@link TokenVerifier#REFUSED_TEXT}
         */
        record Refused(String why) implements Verdict {}
    }
}
