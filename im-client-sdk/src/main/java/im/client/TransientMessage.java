package im.client;

import java.time.Instant;

/**
 * A message that is kept nowhere: it has no place in its conversation and does not come again.
 *
 * @param conversationPeer the other uid of the conversation
 * @param sender the authenticated uid that sent it
 * @param sentAt when the gateway handed it on, by its clock
 * @param own whether another device of this client's uid sent it
 */
public record TransientMessage(
        String conversationPeer,
        String sender,
        String senderDevice,
        Instant sentAt,
        String contentType,
        Content content,
        boolean own) {}
