package im.client;

/** Why a message was not accepted. The names are those of the protocol's codes. */
public enum ErrorCode {
    /** Not well formed: an id, a content type, or a message the gateway could not read. */
    MALFORMED,
    UNAUTHENTICATED,
    FORBIDDEN,
    NOT_FOUND,
    /** The content is above the payload limit. */
    TOO_LARGE,
    RATE_LIMITED,
    /** Too many sends wait in this client, or the gateway sheds load. */
    OVERLOADED,
    /** Not connected, and the client was told not to queue, or it is closed. */
    UNAVAILABLE,
    /** Another body is known under this message id. */
    CONFLICT,
    UNSUPPORTED,
    BAD_RANGE,
    OUT_OF_ORDER,
    EXPIRED,
    INTERNAL
}
