package im.client;

import org.jspecify.annotations.Nullable;

/**
 * A conversation in the list of conversations. Positions; 0 where there is none.
 *
 * @param head of the last message
 * @param firstHeld of the first message that is still held
 * @param read up to where this uid, on any device, has read
 * @param unread messages of others above {@code read}, as far as they are held; bounded: at most 1 000, in a group 100
 * @param peerDelivered up to where a device of the peer has it; 0 in a group
 * @param peerRead up to where the peer has read; 0 in a group
 * @param last the last message; null if it is not held any more
 * @param group what the group is, and this uid in it; null in a direct conversation
 */
public record ConversationSummary(
        Conversation conversation,
        long head,
        long firstHeld,
        long read,
        int unread,
        long peerDelivered,
        long peerRead,
        @Nullable ReceivedMessage last,
        @Nullable GroupInfo group) {

    /** The other uid; empty for a group. */
    public String peer() {
        return conversation.peer();
    }
}
