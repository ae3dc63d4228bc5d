package im.gateway.edge;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequestDecoder;

/** Reads one HTTP request within its limits. What begins like TLS is closed before anything is kept. */
final class HttpGate extends HttpRequestDecoder {
    /** Method, target and version. */
    private static final int MAX_LINE_BYTES = 4 * 1024;

    private static final int MAX_HEADER_BYTES = 8 * 1024;
    private static final int INITIAL_BUFFER_BYTES = 256;
    private static final byte TLS_HANDSHAKE = 0x16;

    private boolean started;

    HttpGate() {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(MAX_LINE_BYTES)
                .setMaxHeaderSize(MAX_HEADER_BYTES)
                .setMaxChunkSize(HttpPage.MAX_BODY_BYTES)
                .setInitialBufferSize(INITIAL_BUFFER_BYTES));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        if (!started && message instanceof ByteBuf bytes && bytes.isReadable()) {
            started = true;
            if (bytes.getByte(bytes.readerIndex()) == TLS_HANDSHAKE) {
                bytes.release();
                ctx.close();
                return;
            }
        }
        super.channelRead(ctx, message);
    }
}
