package im.client;

import org.jspecify.annotations.Nullable;

/**
 * A conversation in the list of conversations. Positions; 0 where there is none.
 *
 * @param peer the other uid; one's own for notes to oneself
 * @param head of the last message
 * @param firstHeld of the first message that is still held
 * @param read up to where this uid, on any device, has read
 * @param unread messages of the peer above {@code read}, as far as they are held
 * @param peerDelivered up to where a device of the peer has it
 * @param peerRead up to where the peer has read
 * @param last the last message; null if it is not held any more
 */
public record ConversationSummary(
        String peer,
        long head,
        long firstHeld,
        long read,
        int unread,
        long peerDelivered,
        long peerRead,
        @Nullable ReceivedMessage last) {}
