package im.client;

import im.client.internal.transport.LinkEnd;
import im.protocol.CloseReason;
import im.protocol.v1.Close;

/**
 * How a connection ended, and what the gateway said to do next.
 *
 * @param code its close code; 0 if it said none
 * @param reconnect whether to come back
 * @param retryAfterMillis not before that; 0 if nothing was asked
 * @param attempt with 4411, the stored attempt that was larger
 */
record Ending(int code, String text, boolean reconnect, long retryAfterMillis, long attempt) {

    static Ending of(Close close) {
        return new Ending(
                close.getCode(),
                close.getText(),
                close.getReconnect(),
                Math.max(0, close.getRetryAfterMs()),
                close.getAttempt());
    }

    /** A socket that ended without a Close frame: a WebSocket close code may tell more. */
    static Ending of(LinkEnd end) {
        return new Ending(end.code(), end.text(), mayReturn(end.code()), end.retryAfterMillis(), 0);
    }

    static Ending lost(String text) {
        return new Ending(0, text, true, 0, 0);
    }

    private static boolean mayReturn(int code) {
        for (CloseReason reason : CloseReason.values()) {
            if (reason.code() == code) {
                return reason.reconnect();
            }
        }
        return true;
    }

    boolean is(CloseReason reason) {
        return code == reason.code();
    }

    /** Text for people; never empty. */
    String describe() {
        return code == 0 ? text : code + (text.isEmpty() ? "" : " " + text);
    }
}
