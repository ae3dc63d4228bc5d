package im.relay;

import im.protocol.ConversationKey;

/**
 * How far a uid has a conversation. Only the largest position of a kind is worth anything; a lost receipt is found in
 * the store.
 *
 * @param by the uid that acknowledged or read
 */
public record Receipt(ConversationKey conversation, String by, Kind kind, long position) {

    /** What the uid did. */
    public enum Kind {
        /** One of its devices acknowledged. */
        DELIVERED,
        /** A human saw it. */
        READ
    }
}
