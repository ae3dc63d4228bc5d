package im.protocol.codec;

import im.protocol.ConversationName;
import im.protocol.v1.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;

/**
 * A connection's wire format: frames as bytes with their framing, and bodies as frames. Immutable, shared by all
 * connections that speak it, callable from any thread. Forms: {@link BinaryWire}, and {@code im.protocol.json.JsonWire}
 * where its libraries are on the class path. What {@code encode…} returns belongs to the caller, with reference count 1.
 */
public interface Wire {

    /** The whole frame with its TCP length or WebSocket header. */
    ByteBuf encode(Frame frame, ByteBufAllocator alloc);

    /**
     * The Deliver frame of already encoded {@code im.v1.Placed}.
     *
     * @param truncatedUpTo 0 where nothing is truncated
     */
    ByteBuf encodeDeliver(
            ConversationName conversation,
            List<byte[]> placed,
            boolean catchingUp,
            long truncatedUpTo,
            ByteBufAllocator alloc);

    /** The SyncPage frame of already encoded {@code im.v1.Placed}. */
    ByteBuf encodeSyncPage(PageHead head, List<byte[]> placed, ByteBufAllocator alloc);

    /**
     * Reads one frame from all readable bytes of {@code body}, the payload inside the framing, whose indices and
     * reference count stay as they are. Unknown fields are ignored; a frame with an unknown body has {@code
     * BODY_NOT_SET}. The frame shares nothing with the buffer.
     *
     * @throws ProtocolException with {@link im.protocol.CloseReason#MALFORMED}
     */
    Frame parse(ByteBuf body) throws ProtocolException;

    /** Largest body that is taken from a client. */
    int frameBytes();

    /**
     * Most that {@link FrameCodec#PLACED_OVERHEAD} and the {@link FrameCodec#placedFieldSize} of what one Deliver or
     * SyncPage carries may add up to; a single message may be larger.
     */
    int placedBudget();

    /** What a SyncPage says besides its messages; see {@code client.proto}. */
    record PageHead(
            long ref,
            ConversationName conversation,
            boolean more,
            boolean truncated,
            long firstHeld,
            long head,
            long completeUpTo) {}
}
