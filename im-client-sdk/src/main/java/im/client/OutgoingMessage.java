package im.client;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A message to send.
 *
 * @param conversation where it goes
 * @param messageId a canonical lower-case UUID, or null to let the client make one (version 7). Sending the same id and
 *     content again within the gateway's dedupe window is the same message, not a second one
 * @param contentType at most 128 printable ASCII characters; may be empty
 */
public record OutgoingMessage(
        Conversation conversation, @Nullable String messageId, String contentType, Content content) {

    public OutgoingMessage {
        Objects.requireNonNull(conversation, "conversation");
        Objects.requireNonNull(contentType, "contentType");
        Objects.requireNonNull(content, "content");
    }

    /** @param peer the uid to send to; one's own for notes to oneself */
    public OutgoingMessage(String peer, @Nullable String messageId, String contentType, Content content) {
        this(Conversation.peer(peer), messageId, contentType, content);
    }

    public static OutgoingMessage text(Conversation conversation, String text) {
        return new OutgoingMessage(conversation, null, "text/plain", new Content.Text(text));
    }

    public static OutgoingMessage data(Conversation conversation, String contentType, byte[] bytes) {
        return new OutgoingMessage(conversation, null, contentType, new Content.Data(bytes));
    }

    /** The uid it goes to; empty for a group. */
    public String peer() {
        return conversation.peer();
    }

    public static OutgoingMessage text(String peer, String text) {
        return new OutgoingMessage(peer, null, "text/plain", new Content.Text(text));
    }

    public static OutgoingMessage data(String peer, String contentType, byte[] bytes) {
        return new OutgoingMessage(peer, null, contentType, new Content.Data(bytes));
    }

    public OutgoingMessage withMessageId(String id) {
        return new OutgoingMessage(conversation, id, contentType, content);
    }
}
