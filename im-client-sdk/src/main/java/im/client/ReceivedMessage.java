package im.client;

import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * A message as the gateway accepted it, byte for byte.
 *
 * @param conversationPeer the other uid of the direct conversation; one's own for notes to oneself
 * @param position where it stands in its conversation; increasing, with gaps
 * @param messageId the sender's id, a canonical lower-case UUID
 * @param sender the authenticated uid that sent it
 * @param senderDevice the sender's device
 * @param acceptedAt when the message log had it durably, by the gateway's clock
 * @param contentType as the sender gave it; may be empty
 * @param own whether this client's uid sent it, from this device or another of its own
 */
public record ReceivedMessage(
        String conversationPeer,
        long position,
        String messageId,
        String sender,
        String senderDevice,
        Instant acceptedAt,
        String contentType,
        Content content,
        boolean own) {

    /** The content as text; data is read as UTF-8. */
    public String text() {
        return content instanceof Content.Text text
                ? text.value()
                : new String(((Content.Data) content).bytes(), StandardCharsets.UTF_8);
    }
}
