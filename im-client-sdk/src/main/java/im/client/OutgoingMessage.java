package im.client;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A message to send.
 *
 * @param peer the uid to send to; one's own for notes to oneself
 * @param messageId a canonical lower-case UUID, or null to let the client make one (version 7). Sending the same id and
 *     content again within the gateway's dedupe window is the same message, not a second one
 * @param contentType at most 128 printable ASCII characters; may be empty
 */
public record OutgoingMessage(String peer, @Nullable String messageId, String contentType, Content content) {

    public OutgoingMessage {
        Objects.requireNonNull(peer, "peer");
        Objects.requireNonNull(contentType, "contentType");
        Objects.requireNonNull(content, "content");
    }

    public static OutgoingMessage text(String peer, String text) {
        return new OutgoingMessage(peer, null, "text/plain", new Content.Text(text));
    }

    public static OutgoingMessage data(String peer, String contentType, byte[] bytes) {
        return new OutgoingMessage(peer, null, contentType, new Content.Data(bytes));
    }

    public OutgoingMessage withMessageId(String id) {
        return new OutgoingMessage(peer, id, contentType, content);
    }
}
