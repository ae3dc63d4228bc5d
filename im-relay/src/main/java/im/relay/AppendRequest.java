package im.relay;

import im.protocol.ConversationKey;
import im.protocol.MessageId;

/**
 * One message on its way into the log.
 *
 * @param sender the authenticated uid, one of the conversation's two; in a group it need be nobody where the server asks
 * @param requestHash 16 bytes over the body as the client sent it; with conversation, sender and id it tells a retry
 *     from another message under the same id
 * @param acceptedMs the gateway's clock when it took the message, milliseconds since 1970; stands in the envelope too
 * @param envelope the encoded {@code im.v1.Envelope}, at most a payload and 1 KiB; not changed by anybody after this
 * @param byServer whether the app's own server asks: in a group it may what an owner may, and needs not be a member
 */
public record AppendRequest(
        ConversationKey conversation,
        String sender,
        MessageId messageId,
        byte[] requestHash,
        long acceptedMs,
        byte[] envelope,
        boolean byServer) {

    /** What a client sends. */
    public AppendRequest(
            ConversationKey conversation,
            String sender,
            MessageId messageId,
            byte[] requestHash,
            long acceptedMs,
            byte[] envelope) {
        this(conversation, sender, messageId, requestHash, acceptedMs, envelope, false);
    }
}
