package im.client.internal.transport;

import im.protocol.Limits;
import im.protocol.codec.ProtocolException;
import im.protocol.codec.TcpCodec;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.List;

/** Frames from a TCP stream; the only handler of its pipeline. */
final class TcpFrameHandler extends LinkHandler {
    private boolean broken;

    TcpFrameHandler(SocketLink link) {
        super(link);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        link.opened();
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        try {
            while (!broken) {
                ByteBuf body = TcpCodec.tryDecode(in, Limits.FRAME_BYTES);
                if (body == null) {
                    return;
                }
                link.received(body);
            }
        } catch (ProtocolException e) {
            broken = true;
            link.refuse(e);
        }
        in.skipBytes(in.readableBytes());
    }
}
