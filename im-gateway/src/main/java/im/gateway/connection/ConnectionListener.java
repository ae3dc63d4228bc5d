package im.gateway.connection;

import im.protocol.CloseReason;
import im.protocol.v1.Frame;

/** What a connection tells. Event loop only. */
public interface ConnectionListener {

    /**
     * A frame arrived, of any body but Close, which ends the connection with {@link CloseReason#PEER}. What it holds is
     * valid for ever (protobuf copies); its content is not yet checked.
     */
    void onFrame(Frame frame);

    /** What the socket had to read in this turn has all been told. */
    void onReadsDrained();

    /** The outbound queue fell to {@link Loop#LOW_WATER_BYTES} or below after it had been above it. */
    void onWritable();

    /** The loop's wheel came round: four times a heartbeat, or a little less often. */
    void onTick();

    /** The last call. No frame follows and nothing more can be written. */
    void onClosed(CloseReason reason);
}
