package im.protocol;

/**
 * Why a connection ends: the code that goes out in the {@code Close} frame and in the WebSocket close frame, whether
 * the client may come back, and the label of the metric that counts it.
 */
public enum CloseReason {
    NORMAL(1000, true, "normal"),
    GOING_AWAY(1001, true, "going_away"),
    PROTOCOL_ERROR(1002, true, "protocol_error"),
    UNSUPPORTED_DATA(1003, true, "unsupported_data"),
    INVALID_UTF8(1007, true, "invalid_utf8"),
    POLICY(1008, true, "policy"),
    MESSAGE_TOO_BIG(1009, true, "message_too_big"),
    MALFORMED(4400, true, "malformed"),
    UNAUTHENTICATED(4401, true, "unauthenticated"),
    FORBIDDEN(4403, false, "forbidden"),
    TIMEOUT(4408, true, "timeout"),
    DISPLACED(4409, false, "displaced"),
    REMOVED(4410, false, "removed"),
    OLDER_ATTEMPT(4411, true, "older_attempt"),
    TOO_LARGE(4413, true, "too_large"),
    VERSION(4426, false, "version"),
    RATE_LIMITED(4429, true, "rate_limited"),
    INTERNAL(4500, true, "internal"),
    OVERLOADED(4503, true, "overloaded"),
    DRAINING(4503, true, "draining"),
    /** The peer ended it: end of stream, reset, or its own Close. Nothing is sent. */
    PEER(1006, true, "peer"),
    /** The socket failed while reading or writing. Nothing is sent. */
    IO(1006, true, "io");

    private final int code;
    private final boolean reconnect;
    private final String label;

    CloseReason(int code, boolean reconnect, String label) {
        this.code = code;
        this.reconnect = reconnect;
        this.label = label;
    }

    public int code() {
        return code;
    }

    /** Whether the client may connect again; after {@link #UNAUTHENTICATED} only with a fresh token, once. */
    public boolean reconnect() {
        return reconnect;
    }

    public String label() {
        return label;
    }
}
