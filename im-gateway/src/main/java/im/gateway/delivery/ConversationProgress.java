package im.gateway.delivery;

import im.protocol.ConversationKey;

/** What an active session knows of one conversation. */
final class ConversationProgress {
    static final long UNKNOWN = -1;

    final ConversationKey conversation;
    final Unacknowledged unacknowledged = new Unacknowledged();

    /** Everything up to here is contiguously written; {@link #UNKNOWN} in a session that was woken (D28). */
    long written = UNKNOWN;

    /** What the stored cursor is at least; 0 after Resume, so that the next acknowledgement lifts it (D21). */
    long acknowledged;

    /** The largest position in any Deliver or SyncPage: what an honest client may acknowledge (D29). */
    long largestSent;

    /** What Resume brought: may be acknowledged too, up to the head, which nobody has looked at yet (D29). */
    long resumed;
    /** What a push has told us that {@link #written} must reach before the conversation is live (D24). */
    long needed;
    /**
     * What a compare has told, which {@link #written} must reach before CaughtUp, however late the view has it (D25),
     * unless a page says that there is nothing up to there (D19).
     */
    long compared;
    /** The device has this, and the view had not when heads were compared: it must get there before CaughtUp (D19). */
    long beyondView;
    /** Pages in a row that brought nothing although something must be there. */
    byte fruitless;
    /** Being streamed or repaired from the store. */
    boolean queued;
    /** {@link im.gateway.connection.Loop#nowMillis()} when what is unacknowledged is written again; 0 = not yet set. */
    long repushAt;
    /** How far writing again has come. */
    long repushAfter;
    /** How often what is unacknowledged has been written again since an acknowledgement moved. */
    byte repushes;

    boolean repushQueued;
    /** Written again for the last time. */
    boolean parked;
    /** While {@link #written} is unknown: prev of the first push forwarded, and the position of the last (D28). */
    long forwardedPrev = UNKNOWN;

    long forwardedLast;

    ConversationProgress(ConversationKey conversation) {
        this.conversation = conversation;
    }

    /** Whether nothing is known of that is not written; {@code complete} is how far the store says there is no more. */
    boolean isReached(long complete) {
        return Math.max(needed, compared) <= Math.max(written, complete) && beyondView <= complete;
    }

    /** A compare has told this head; true if there is something to read, or to wait for. */
    boolean isTold(long head) {
        if (head > written) {
            compared = Math.max(compared, head);
        } else if (head < written) {
            beyondView = written;
        }
        return head != written;
    }

    /** Everything that was to be reached is. */
    void settle() {
        queued = false;
        fruitless = 0;
        compared = 0;
        beyondView = 0;
    }

    boolean isKnown() {
        return written != UNKNOWN;
    }

    boolean hasForwarded() {
        return forwardedPrev != UNKNOWN;
    }

    void know(long position) {
        written = position;
        forwardedPrev = UNKNOWN;
        forwardedLast = 0;
    }

    /** An honest acknowledgement. */
    void acknowledge(long position, Window window) {
        if (hasForwarded() && position >= forwardedLast) {
            know(position);
        }
        largestSent = Math.max(largestSent, position);
        acknowledged = Math.max(acknowledged, position);
        if (isKnown() && written < position) {
            written = position;
        }
        unacknowledged.dropUpTo(position, window);
    }

    /** A page was written up to {@code last}; it raises what is written if it joins on to that (D33). */
    void pageWritten(long last, long after) {
        largestSent = Math.max(largestSent, last);
        if (isKnown() && after <= written && last > written) {
            written = last;
        }
    }

    /** D28: a woken session's number for the conversation, from the stored cursor and what was forwarded since. */
    void learn(long stored, Window window) {
        long base = stored;
        if (hasForwarded()) {
            if (forwardedPrev <= stored) {
                base = Math.max(stored, forwardedLast);
            } else {
                unacknowledged.dropAbove(stored, window);
            }
        }
        know(base);
        acknowledged = Math.max(acknowledged, stored);
        largestSent = Math.max(largestSent, base);
    }
}
