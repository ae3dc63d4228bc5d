package im.client;

/**
 * How far somebody has a conversation. Best effort; only the newest is worth anything, and what was missed is in {@link
 * ImClient#conversations}.
 *
 * @param conversationPeer the other uid of the conversation
 * @param uid who: the peer, or this client's own uid on another of its devices
 * @param position up to here
 */
public record Receipt(String conversationPeer, String uid, Kind kind, long position) {
    /** What somebody has done. */
    public enum Kind {
        /** One device at least has acknowledged it. */
        DELIVERED,
        /** A human has seen it. */
        READ
    }
}
