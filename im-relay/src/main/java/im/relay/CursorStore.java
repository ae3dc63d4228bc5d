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
     * @param fromHeads whether a new device starts at what is in the log now, or at the first message held
     */
    void open(String uid, String device, boolean fromHeads, Executor lane, Consumer<ReadResult<Boolean>> done);

    /**
     * Raises a cursor; a smaller number than the stored one changes nothing.
     *
     * @param durable runs on the lane once the number is on disk, or has failed to get there
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
