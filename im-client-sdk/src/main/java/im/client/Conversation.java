package im.client;

import im.client.internal.order.ConversationText;
import java.util.Objects;

/**
 * Where messages stand: a direct conversation, named by its other side, or a group.
 *
 * @param isGroup whether {@code id} is a group's; otherwise it is the other uid, one's own for notes to oneself
 */
public record Conversation(boolean isGroup, String id) {

    public Conversation {
        Objects.requireNonNull(id, "id");
    }

    public static Conversation peer(String uid) {
        return new Conversation(false, uid);
    }

    public static Conversation group(String group) {
        return new Conversation(true, group);
    }

    /** The other uid; empty for a group. */
    public String peer() {
        return isGroup ? "" : id;
    }

    String text() {
        return isGroup ? ConversationText.ofGroup(id) : id;
    }

    static Conversation ofText(String text) {
        return ConversationText.isGroup(text) ? group(ConversationText.group(text)) : peer(text);
    }

    @Override
    public String toString() {
        return text();
    }
}
