package im.relay;

import im.protocol.ConversationKey;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** How far each device has acknowledged each conversation. The device's own number is the truth; this is its copy. */
public interface CursorStore {
    /** Devices a uid. */
    int MAX_DEVICES = 16;

    /**
     * Makes the device known, durably, before {@code done} runs with {@code Ok}: from then on nothing accepted is lost
     * to it. A device that is known already keeps its start. Of a uid's devices {@link #MAX_DEVICES} are kept: one more,
     * and the longest unused is forgotten with its cursors.
     *
     * @param start of a device that is not known
     */
    void open(String uid, String device, Start start, Executor lane, Consumer<ReadResult<Boolean>> done);

    /** Where a device that is not known begins in the conversations of which it has no cursor. */
    enum Start {
        /** At what is in the log now. */
        HEADS,
        /** At the first message held; what was dropped before was never its. */
        FIRST_HELD,
        /**
         * The device brings cursors of this log, so it was here before and the store has forgotten it: at the first
         * message held, and what was dropped before it is told that it may miss (D21).
         */
        CURSORS
    }

    /**
     * Raises a cursor; a smaller number than the stored one changes nothing.
     *
     * @param durable runs on the lane once the number is stored, or has failed to get there
     */
    void raise(String uid, String device, ConversationKey conversation, long position, Executor lane, Runnable durable);

    /**
     * Raises how far the uid has read; a smaller number than the stored one changes nothing.
     *
     * @param durable as in {@link #raise}
     */
    void raiseRead(String uid, ConversationKey conversation, long position, Executor lane, Runnable durable);

    /** The device was in use until now; without a promise that this is ever written. */
    void touch(String uid, String device);
}
