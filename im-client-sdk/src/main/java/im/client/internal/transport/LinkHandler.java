package im.client.internal.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;

/** What the two frame decoders share: everything but the bytes goes to the link unchanged. */
abstract sealed class LinkHandler extends ByteToMessageDecoder permits TcpFrameHandler, WebSocketFrameHandler {
    final SocketLink link;

    LinkHandler(SocketLink link) {
        this.link = link;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        link.bytesRead();
        super.channelRead(ctx, message);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        link.writabilityChanged();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        link.failed(cause);
    }
}
