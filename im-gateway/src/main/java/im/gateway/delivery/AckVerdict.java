package im.gateway.delivery;

/** What can be said of an acknowledgement at once (D29). */
public enum AckVerdict {
    HONEST,
    TOO_HIGH,
    /** The conversation's head tells. */
    ASK_HEAD
}
