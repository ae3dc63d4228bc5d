package im.protocol.codec;

import im.protocol.ConversationName;
import im.protocol.Limits;
import im.protocol.v1.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;

/** Protobuf bytes, as {@link FrameCodec} reads and writes them, on TCP or as binary WebSocket messages. */
public final class BinaryWire implements Wire {
    public static final BinaryWire TCP = new BinaryWire(Framing.TCP);
    public static final BinaryWire WEBSOCKET_SERVER = new BinaryWire(Framing.WEBSOCKET_SERVER);
    public static final BinaryWire WEBSOCKET_CLIENT = new BinaryWire(Framing.WEBSOCKET_CLIENT);

    private final Framing framing;

    private BinaryWire(Framing framing) {
        this.framing = framing;
    }

    @Override
    public ByteBuf encode(Frame frame, ByteBufAllocator alloc) {
        return FrameCodec.encode(frame, framing, alloc);
    }

    @Override
    public ByteBuf encodeDeliver(
            ConversationName conversation,
            List<byte[]> placed,
            boolean catchingUp,
            long truncatedUpTo,
            ByteBufAllocator alloc) {
        return FrameCodec.encodeDeliver(conversation, placed, catchingUp, truncatedUpTo, framing, alloc);
    }

    @Override
    public ByteBuf encodeSyncPage(PageHead head, List<byte[]> placed, ByteBufAllocator alloc) {
        return FrameCodec.encodeSyncPage(head, placed, framing, alloc);
    }

    @Override
    public Frame parse(ByteBuf body) throws ProtocolException {
        return FrameCodec.parse(body);
    }

    @Override
    public int frameBytes() {
        return Limits.FRAME_BYTES;
    }

    @Override
    public int placedBudget() {
        return Limits.FRAME_BYTES;
    }

    @Override
    public String toString() {
        return "binary " + framing;
    }
}
