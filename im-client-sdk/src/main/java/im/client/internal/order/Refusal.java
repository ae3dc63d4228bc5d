package im.client.internal.order;

import im.protocol.v1.Code;

/** What a code other than OK says about a message. */
enum Refusal {
    /** It was not accepted; sent again it may be. */
    FOR_NOW,
    /** It may have been accepted; sent again, with the same id, it will tell. */
    OPEN,
    /** It was not accepted by this try and will not be by another; an earlier try may have been. */
    FOR_GOOD,
    /** No try with this body was or will be accepted. */
    FOR_THIS_BODY;

    static Refusal of(Code code) {
        return switch (code) {
            case UNAVAILABLE, OVERLOADED, RATE_LIMITED, OUT_OF_ORDER -> FOR_NOW;
            case MALFORMED, TOO_LARGE, CONFLICT, UNSUPPORTED -> FOR_THIS_BODY;
            case UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, BAD_RANGE, EXPIRED -> FOR_GOOD;
            case OK, INTERNAL, UNKNOWN_OUTCOME, CODE_UNSPECIFIED, UNRECOGNIZED -> OPEN;
        };
    }
}
