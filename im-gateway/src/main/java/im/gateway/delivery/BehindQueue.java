package im.gateway.delivery;

import java.util.ArrayDeque;

/**
 * The conversations that are streamed or repaired from the store, direct ones before groups, of each in turn; and what
 * pushes say they must reach (D24).
 */
final class BehindQueue {
    private static final int MAX_NEEDED = 64;

    private final ArrayDeque<ConversationProgress> direct = new ArrayDeque<>();
    private final ArrayDeque<ConversationProgress> groups = new ArrayDeque<>();
    private int needed;

    boolean isEmpty() {
        return direct.isEmpty() && groups.isEmpty();
    }

    int size() {
        return direct.size() + groups.size();
    }

    ConversationProgress first() {
        return direct.isEmpty() ? groups.element() : direct.element();
    }

    /** Takes one that was {@link #first}; another may be by now. */
    void take(ConversationProgress progress) {
        var unused = of(progress).remove();
    }

    private ArrayDeque<ConversationProgress> of(ConversationProgress progress) {
        return progress.conversation.isGroup() ? groups : direct;
    }

    void enqueue(ConversationProgress progress) {
        if (!progress.queued) {
            progress.queued = true;
            of(progress).add(progress);
        }
    }

    /** One that was taken, and goes on later. */
    void putBack(ConversationProgress progress) {
        of(progress).add(progress);
    }

    /** False if too many are noted already: then heads must be compared. */
    boolean need(ConversationProgress progress, long position) {
        if (progress.needed == 0) {
            if (needed == MAX_NEEDED) {
                return false;
            }
            needed++;
        }
        progress.needed = Math.max(progress.needed, position);
        return true;
    }

    /** One that was taken has reached all that was known of. */
    void settle(ConversationProgress progress) {
        progress.settle();
        if (progress.needed != 0) {
            progress.needed = 0;
            needed--;
        }
    }
}
