package im.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.Limits;
import im.protocol.v1.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;

/** What the other side makes of an encoded frame. */
final class Received {
    private Received() {}

    /** The body of the only frame in the buffer, which is released. */
    static byte[] body(ByteBuf encoded, Framing framing, ByteBufAllocator alloc) throws ProtocolException {
        assertThat(encoded.refCnt()).isEqualTo(1);
        assertThat(encoded.capacity()).as("exactly sized").isEqualTo(encoded.readableBytes());
        byte[] bytes = ByteBufUtil.getBytes(lent(encoded, framing, alloc));
        assertThat(encoded.isReadable()).isFalse();
        encoded.release();
        return bytes;
    }

    /** The only frame in the buffer, which is released. */
    static Frame frame(ByteBuf encoded, Framing framing, ByteBufAllocator alloc) throws ProtocolException {
        Frame frame = FrameCodec.parse(lent(encoded, framing, alloc));
        assertThat(encoded.isReadable()).isFalse();
        encoded.release();
        return frame;
    }

    private static ByteBuf lent(ByteBuf in, Framing framing, ByteBufAllocator alloc) throws ProtocolException {
        if (framing == Framing.TCP) {
            ByteBuf body = TcpCodec.tryDecode(in, Limits.FRAME_BYTES);
            assertThat(body).isNotNull();
            return body;
        }
        var role = framing == Framing.WEBSOCKET_SERVER ? WebSocketCodec.Role.CLIENT : WebSocketCodec.Role.SERVER;
        var message = (WebSocketEvent.Message) new WebSocketCodec(role, Limits.FRAME_BYTES).tryDecode(in, alloc);
        assertThat(message).isNotNull();
        assertThat(message.text()).isFalse();
        return message.payload();
    }
}
