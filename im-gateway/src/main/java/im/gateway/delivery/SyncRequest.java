package im.gateway.delivery;

import im.protocol.ConversationKey;
import im.relay.ConversationStore.Page;

/**
 * A page that a client asked for, checked.
 *
 * @param before 0 where the page after a position is asked for
 * @param fromStart whether {@code after} is still to be found: what the server knows the device to have
 */
public record SyncRequest(
        long ref, ConversationKey conversation, long after, long before, boolean fromStart, int limit) {

    SyncRequest startingAt(long position) {
        return new SyncRequest(ref, conversation, position, 0, false, limit);
    }

    boolean isBackwards() {
        return before > 0;
    }

    /** Up to where its page tells something: the last message, or what is held no more; 0 where it tells nothing. */
    long told(Page page) {
        if (!page.messages().isEmpty()) {
            return page.messages().get(page.messages().size() - 1).position();
        }
        return !isBackwards() && page.isTruncatedAfter(after) ? page.floor() : 0;
    }
}
