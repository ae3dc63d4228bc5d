package im.client.internal.transport;

import im.protocol.CloseReason;
import im.protocol.v1.Frame;

/** One connection to a gateway, from the first attempt to open it to its end: frames out, frames in. Event loop only. */
public interface Link {
    /** Queues a frame; dropped if the link is not open or is closing. What a turn of the loop writes leaves together. */
    void write(Frame frame);

    /** Whether more can be written without growing the queue above its high-water mark. */
    boolean isWritable();

    /** Stops or resumes reading; what was read already still arrives. */
    void reading(boolean on);

    /**
     * Writes {@code last} and says that nothing follows; the link ends when the gateway has had it, or after a second.
     * Frames that still arrive are dropped.
     */
    void close(Frame last, CloseReason reason, String text);

    /** Ends at once, saying nothing; also ends an attempt to open one. */
    void abort(String why);
}
