package im.relay;

import im.protocol.v1.PushRecord;
import im.router.NodeId;
import java.util.concurrent.CompletionStage;

/** Puts pushes on the bus, to the partition of the node they are for. Safe from any thread; no call blocks. */
public interface PushSender {
    /** Bytes of one encoded record. */
    int MAX_RECORD_BYTES = 512 * 1024;

    /**
     * @param record at most {@link #MAX_RECORD_BYTES}; for that incarnation of the node
     * @return completes when the bus has it; exceptionally, in bounded time, when it has not or nobody knows
     */
    CompletionStage<Void> send(NodeId node, PushRecord record);
}
