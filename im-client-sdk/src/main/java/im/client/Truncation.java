package im.client;

import org.jspecify.annotations.Nullable;

/**
 * Messages that this device may have missed for good: nobody can prove that nothing stood there. They were held no
 * longer than the gateway's retention, or its log has lost them.
 *
 * @param conversation null where it may be any, also one this device has never
 *     heard of: it was away for longer than messages are held
 * @param after the last position that this device has; 0 if none, or if it may be any conversation
 * @param upTo what follows this position is complete again; 0 if it may be any conversation
 */
public record Truncation(@Nullable Conversation conversation, long after, long upTo) {

    /** Whether it may be any conversation: history starts with what comes from now on. */
    public boolean isEverywhere() {
        return conversation == null;
    }

    /** The other uid of the conversation; empty for a group, null where it may be any. */
    public @Nullable String conversationPeer() {
        return conversation == null ? null : conversation.peer();
    }
}
