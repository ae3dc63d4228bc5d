package im.client;

/**
 * How far somebody has a conversation. Best effort; only the newest is worth anything, and what was missed is in {@link
 * ImClient#conversations}, of a group in {@link Groups#readers}.
 *
 * @param uid who: the peer, another member of the group, or this client's own uid on another of its devices
 * @param position up to here
 */
public record Receipt(Conversation conversation, String uid, Kind kind, long position) {
    /** The other uid of the conversation; empty for a group. */
    public String conversationPeer() {
        return conversation.peer();
    }

    /** What somebody has done. */
    public enum Kind {
        /** One device at least has acknowledged it. */
        DELIVERED,
        /** A human has seen it. */
        READ
    }
}
