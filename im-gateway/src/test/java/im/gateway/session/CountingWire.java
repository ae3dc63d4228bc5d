package im.gateway.session;

import im.protocol.ConversationName;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;

/** Counts what is encoded for it. */
final class CountingWire extends LikeTcp {
    /** Deliver frames. */
    int encodings;

    @Override
    public ByteBuf encodeDeliver(
            ConversationName conversation,
            List<byte[]> placed,
            boolean catchingUp,
            long truncatedUpTo,
            ByteBufAllocator alloc) {
        encodings++;
        return super.encodeDeliver(conversation, placed, catchingUp, truncatedUpTo, alloc);
    }
}
