package im.gateway.session;

import im.protocol.ConversationName;
import im.protocol.codec.BinaryWire;
import im.protocol.codec.ProtocolException;
import im.protocol.codec.Wire;
import im.protocol.v1.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;

/** A wire format of its own that looks like TCP's. */
class LikeTcp implements Wire {
    @Override
    public ByteBuf encode(Frame frame, ByteBufAllocator alloc) {
        return BinaryWire.TCP.encode(frame, alloc);
    }

    @Override
    public ByteBuf encodeDeliver(
            ConversationName conversation,
            List<byte[]> placed,
            boolean catchingUp,
            long truncatedUpTo,
            ByteBufAllocator alloc) {
        return BinaryWire.TCP.encodeDeliver(conversation, placed, catchingUp, truncatedUpTo, alloc);
    }

    @Override
    public ByteBuf encodeSyncPage(PageHead head, List<byte[]> placed, ByteBufAllocator alloc) {
        return BinaryWire.TCP.encodeSyncPage(head, placed, alloc);
    }

    @Override
    public Frame parse(ByteBuf body) throws ProtocolException {
        return BinaryWire.TCP.parse(body);
    }

    @Override
    public int frameBytes() {
        return BinaryWire.TCP.frameBytes();
    }

    @Override
    public int placedBudget() {
        return BinaryWire.TCP.placedBudget();
    }
}
