package im.client.internal.transport;

import im.protocol.CloseReason;

/**
 * Why a link is gone.
 *
 * @param code the WebSocket close code or that of our own {@link CloseReason}; 0 when there is none: the socket could
 *     not be opened, ended or broke
 * @param text for logs and people; may come from the peer
 * @param retryAfterMillis what an HTTP answer asked for; 0 if nothing did
 * @param reached whether there was a socket to somebody
 */
public record LinkEnd(int code, String text, long retryAfterMillis, boolean reached) {

    LinkEnd(int code, String text, long retryAfterMillis) {
        this(code, text, retryAfterMillis, false);
    }

    LinkEnd reached(boolean somebody) {
        return new LinkEnd(code, text, retryAfterMillis, somebody);
    }

    static LinkEnd of(String text) {
        return new LinkEnd(0, text, 0);
    }

    static LinkEnd of(CloseReason reason, String text) {
        return new LinkEnd(reason.code(), text, 0);
    }

    /** Java's own words for a failure, without its stack. */
    static LinkEnd of(Throwable cause) {
        String message = cause.getMessage();
        return of(message == null ? cause.getClass().getSimpleName() : message);
    }
}
