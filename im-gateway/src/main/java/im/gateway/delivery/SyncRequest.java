package im.gateway.delivery;

import im.protocol.ConversationKey;

/**
 * A page that a client asked for, checked.
 *
 * @param before 0 where the page after a position is asked for
 */
public record SyncRequest(long ref, ConversationKey conversation, long after, long before, int limit) {

    boolean isBackwards() {
        return before > 0;
    }
}
