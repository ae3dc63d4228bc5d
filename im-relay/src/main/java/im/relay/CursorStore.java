package im.relay;

import im.protocol.ConversationKey;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** How far each device has acknowledged each conversation. The device's own number is the truth; this is its copy. */
public interface CursorStore {

    /**
     * Makes the device known, durably, before {@code done} runs with {@code Ok}: from then on nothing accepted is lost
     * to it. A device that is known already keeps its start.
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
}
