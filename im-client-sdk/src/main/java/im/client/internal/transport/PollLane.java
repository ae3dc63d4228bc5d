package im.client.internal.transport;

import im.protocol.Limits;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One request at a time to a gateway, on one socket for as long as that is there, on a new one otherwise. Event loop
 * only.
 */
final class PollLane {
    /** What one answer may have: the frames of a turn, or a single one in JSON, with room to spare. */
    private static final int MAX_ANSWER_BYTES = 2 * Limits.JSON_MESSAGE_BYTES;

    private final EventLoop loop;
    private final Dialer dialer;
    private final Endpoint endpoint;
    private final Hearing hearing;
    private @Nullable Channel channel;
    private @Nullable ScheduledFuture<?> timeout;
    /** Numbers the requests; what belongs to an earlier one is dropped. */
    private long turn;

    private boolean busy;
    private boolean closed;

    /** What becomes of a request, once for each. */
    interface Hearing {
        void answered(Answer answer);

        void failed(Throwable cause);
    }

    /** @param body copied */
    record Answer(int status, HttpHeaders headers, byte[] body) {
        long number(String header) {
            try {
                return Long.parseLong(headers.get(header, "0"));
            } catch (NumberFormatException e) {
                return -1;
            }
        }
    }

    PollLane(EventLoop loop, Dialer dialer, Endpoint endpoint, Hearing hearing) {
        this.loop = loop;
        this.dialer = dialer;
        this.endpoint = endpoint;
        this.hearing = hearing;
    }

    boolean isBusy() {
        return busy;
    }

    /** Opens the socket, if there is none; not while a request is under way. */
    ChannelFuture connect(InetAddress address) {
        ChannelFuture connecting = dialer.connect(address, endpoint.port(), new ChannelInitializer<SocketChannel>() {
            @Override
            protected void initChannel(SocketChannel opened) {
                opened.pipeline()
                        .addLast(UpgradeHandler.httpCodec(), new HttpObjectAggregator(MAX_ANSWER_BYTES), new Answers());
            }
        });
        channel = connecting.channel();
        return connecting;
    }

    /**
     * @param headers writes its own
     * @param timeoutMillis until it counts as failed, and its socket as dead
     */
    void ask(InetAddress address, Consumer<HttpHeaders> headers, byte[] body, long timeoutMillis) {
        busy = true;
        long asked = ++turn;
        timeout = loop.schedule(
                () -> failed(asked, new IOException("no answer within " + timeoutMillis + " ms")),
                timeoutMillis,
                TimeUnit.MILLISECONDS);
        var request = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1, HttpMethod.POST, endpoint.path(), Unpooled.wrappedBuffer(body));
        request.headers()
                .set(HttpHeaderNames.HOST, endpoint.authority())
                .set(HttpHeaderNames.CONTENT_TYPE, endpoint.contentType())
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length);
        headers.accept(request.headers());
        Channel open = channel;
        if (open != null && open.isActive()) {
            open.writeAndFlush(request);
            return;
        }
        connect(address).addListener((ChannelFutureListener) done -> {
            if (!done.isSuccess()) {
                request.release();
                failed(asked, done.cause());
            } else if (closed || asked != turn) {
                request.release();
                done.channel().close();
            } else {
                done.channel().writeAndFlush(request);
            }
        });
    }

    private void failed(long asked, Throwable cause) {
        if (asked != turn || !busy) {
            return;
        }
        over();
        closeSocket();
        if (!closed) {
            hearing.failed(cause);
        }
    }

    private void over() {
        busy = false;
        turn++;
        if (timeout != null) {
            timeout.cancel(false);
            timeout = null;
        }
    }

    private void closeSocket() {
        if (channel != null) {
            channel.close();
            channel = null;
        }
    }

    /** Nothing is heard of it any more. */
    void close() {
        closed = true;
        over();
        closeSocket();
    }

    /** The answers of one socket. */
    private final class Answers extends SimpleChannelInboundHandler<FullHttpResponse> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, FullHttpResponse response) {
            if (ctx.channel() != channel || !busy || closed) {
                ctx.close();
                return;
            }
            over();
            if (response.decoderResult().isFailure() || !HttpUtil.isKeepAlive(response)) {
                closeSocket();
            }
            if (response.decoderResult().isFailure()) {
                hearing.failed(new IOException("the answer is not HTTP"));
            } else {
                byte[] body = ByteBufUtil.getBytes(response.content());
                hearing.answered(
                        new Answer(response.status().code(), response.headers().copy(), body));
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) throws Exception {
            super.channelInactive(ctx);
            if (ctx.channel() == channel) {
                failed(turn, new IOException("connection closed by the gateway"));
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
            if (ctx.channel() == channel) {
                failed(turn, cause);
            }
        }
    }
}
