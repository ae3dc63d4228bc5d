package im.client.internal.transport;

import im.protocol.Limits;
import im.protocol.codec.Framing;
import im.protocol.codec.ProtocolException;
import im.protocol.codec.WebSocketCodec;
import im.protocol.codec.WebSocketEvent;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.List;

/** Frames from WebSocket messages; after the upgrade the only handler of its pipeline. */
final class WebSocketFrameHandler extends LinkHandler {
    private final WebSocketCodec codec;

    WebSocketFrameHandler(SocketLink link, boolean json) {
        super(link);
        codec = json
                ? new WebSocketCodec(WebSocketCodec.Role.CLIENT, WebSocketCodec.Accepts.TEXT, Limits.JSON_MESSAGE_BYTES)
                : new WebSocketCodec(WebSocketCodec.Role.CLIENT, Limits.FRAME_BYTES);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        try {
            WebSocketEvent event = codec.tryDecode(in, ctx.alloc());
            while (event != null) {
                accept(ctx, event);
                event = codec.tryDecode(in, ctx.alloc());
            }
        } catch (ProtocolException e) {
            link.refuse(e);
            in.skipBytes(in.readableBytes());
        }
    }

    private void accept(ChannelHandlerContext ctx, WebSocketEvent event) throws ProtocolException {
        if (event instanceof WebSocketEvent.Message message) {
            link.received(message.payload());
        } else if (event instanceof WebSocketEvent.Ping ping) {
            ByteBuf pong = WebSocketCodec.encodePong(ping.payload(), Framing.WEBSOCKET_CLIENT, ctx.alloc());
            link.writeBytes(ctx.channel(), pong);
        } else if (event instanceof WebSocketEvent.Close close) {
            link.closedByPeer(close.code(), close.text());
        }
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext ctx) {
        codec.release();
    }
}
