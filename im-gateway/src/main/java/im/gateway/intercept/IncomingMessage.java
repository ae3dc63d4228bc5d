package im.gateway.intercept;

import im.protocol.ConversationKey;
import im.protocol.MessageId;

/**
 * A message that a client wants to send. Well formed and within all bounds.
 *
 * @param sender the authenticated uid
 * @param device it sends from
 * @param messageId a retry has the same one, and comes here again
 * @param contentType at most 128 printable ASCII characters, maybe none
 * @param content at most 64 KiB
 */
public record IncomingMessage(
        ConversationKey conversation,
        String sender,
        String device,
        MessageId messageId,
        String contentType,
        MessageContent content) {

    /** The same message with what somebody has made of it. */
    public IncomingMessage rewritten(Verdict.Rewrite rewrite) {
        return new IncomingMessage(conversation, sender, device, messageId, rewrite.contentType(), rewrite.content());
    }
}
