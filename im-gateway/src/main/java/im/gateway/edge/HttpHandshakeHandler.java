package im.gateway.edge;

import im.gateway.edge.EdgeMeters.Handshake;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The first HTTP request of a connection: it becomes a WebSocket, and this handler and the {@link HttpGate} before it give
 * way to a {@link WebSocketConnection}; or it is a poll, and this one gives way to a {@link PollSocket}; or it is answered,
 * and the socket closes. Event loop only.
 */
final class HttpHandshakeHandler extends ChannelInboundHandlerAdapter
        implements DeadlineQueue.Expiring, ChannelFutureListener {
    private final EdgeLoop edge;
    private final Map<String, HttpPage> pages;
    private final DeadlineQueue.Deadline handshake;
    private @Nullable ChannelHandlerContext context;
    private DeadlineQueue.@Nullable Deadline farewell;
    private @Nullable HttpRequest request;
    private ByteBuf body = Unpooled.EMPTY_BUFFER;
    private boolean done;

    HttpHandshakeHandler(EdgeLoop edge, Map<String, HttpPage> pages) {
        this.edge = edge;
        this.pages = pages;
        this.handshake = edge.handshakeFrom(this);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        PollSessions polls = edge.polls();
        if (!done && polls != null && message instanceof HttpRequest head && isPoll(head)) {
            giveWay(ctx, polls, head);
            return;
        }
        try {
            if (!done && message instanceof HttpObject part) {
                receive(ctx, part);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private boolean isPoll(HttpRequest head) {
        return request == null && head.decoderResult().isSuccess() && path(head).equals(PollCheck.PATH);
    }

    private void giveWay(ChannelHandlerContext ctx, PollSessions polls, HttpRequest head) throws Exception {
        done = true;
        PollSocket socket = new PollSocket(edge, polls, pages, handshake);
        ctx.pipeline().replace(this, null, socket);
        socket.channelRead(ctx.pipeline().context(socket), head);
    }

    private void receive(ChannelHandlerContext ctx, HttpObject part) {
        if (part.decoderResult().isFailure()) {
            refuse(ctx, RequestCheck.undecodable(part.decoderResult()));
            return;
        }
        if (part instanceof HttpRequest head) {
            HttpPage.Answer refusal = check(head);
            if (refusal != null) {
                refuse(ctx, refusal);
                return;
            }
            request = head;
        }
        if (part instanceof HttpContent content && request != null) {
            receive(ctx, content, request);
        }
    }

    private HttpPage.@Nullable Answer check(HttpRequest head) {
        HttpPage.Answer refusal = RequestCheck.head(head);
        if (refusal != null) {
            return refusal;
        }
        String path = path(head);
        if (path.equals(RequestCheck.WEBSOCKET_PATH)) {
            return RequestCheck.upgrade(head, edge.config());
        } else if (!pages.containsKey(path)) {
            return HttpAnswer.refusal(404, "not found");
        } else if (HttpUtil.getContentLength(head, 0L) > HttpPage.MAX_BODY_BYTES) {
            return HttpAnswer.refusal(413, "body too large");
        }
        return null;
    }

    static String path(HttpRequest head) {
        int query = head.uri().indexOf('?');
        return query < 0 ? head.uri() : head.uri().substring(0, query);
    }

    private void receive(ChannelHandlerContext ctx, HttpContent content, HttpRequest head) {
        int bytes = content.content().readableBytes();
        if (body.readableBytes() + bytes > HttpPage.MAX_BODY_BYTES) {
            refuse(ctx, HttpAnswer.refusal(413, "body too large"));
            return;
        }
        if (bytes > 0) {
            body = Unpooled.copiedBuffer(body, content.content());
        }
        if (content instanceof LastHttpContent) {
            HttpPage page = pages.get(path(head));
            if (page == null) {
                upgrade(ctx, head, subprotocol(head));
            } else {
                answer(ctx, page, head);
            }
        }
    }

    private static Subprotocol subprotocol(HttpRequest checked) {
        List<String> offers = checked.headers().getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL);
        return Objects.requireNonNull(Subprotocol.chosen(offers), "refused before");
    }

    private void upgrade(ChannelHandlerContext ctx, HttpRequest head, Subprotocol subprotocol) {
        done = true;
        WebSocketConnection connection = new WebSocketConnection(edge, handshake, subprotocol);
        ctx.pipeline().addLast(connection);
        String key = head.headers().get(HttpHeaderNames.SEC_WEBSOCKET_KEY, "");
        connection.send(HttpAnswer.encodeUpgrade(key, subprotocol.token, ctx.alloc()));
        ctx.pipeline().remove(this);
        // Last, because it passes on what the peer has sent behind its request.
        ctx.pipeline().remove(HttpGate.class);
    }

    private void answer(ChannelHandlerContext ctx, HttpPage page, HttpRequest head) {
        int query = head.uri().indexOf('?');
        byte[] bytes = new byte[body.readableBytes()];
        body.readBytes(bytes);
        HttpPage.Request asked = new HttpPage.Request(
                head.method().name(),
                path(head),
                query < 0 ? null : head.uri().substring(query + 1),
                head.headers().get(HttpHeaderNames.HOST, ""),
                head.headers().get(HttpHeaderNames.ORIGIN),
                ProxyGate.peer(ctx.channel()),
                bytes);
        HttpPage.Answer answer;
        try {
            answer = page.answer(asked);
        } catch (RuntimeException e) {
            edge.failures().report("page " + asked.path(), e);
            answer = HttpAnswer.refusal(500, "internal error");
        }
        finish(ctx, answer, Handshake.PAGE);
    }

    private void refuse(ChannelHandlerContext ctx, HttpPage.Answer refusal) {
        finish(ctx, refusal, Handshake.HTTP_REFUSED);
    }

    /** Our last bytes; the peer gets a while to read them before the socket closes. */
    private void finish(ChannelHandlerContext ctx, HttpPage.Answer answer, Handshake outcome) {
        over(outcome);
        farewell = edge.farewellFrom(this);
        ctx.pipeline().remove(HttpGate.class);
        ctx.writeAndFlush(HttpAnswer.encode(answer, ctx.alloc())).addListener(this);
    }

    private void over(Handshake outcome) {
        done = true;
        handshake.end();
        edge.meters().handshake(outcome);
    }

    @Override
    public void operationComplete(ChannelFuture written) {
        if (written.isSuccess()) {
            ((DuplexChannel) written.channel()).shutdownOutput();
        }
    }

    @Override
    public void expired() {
        if (!done) {
            over(edge.isStopping() ? Handshake.REFUSED : Handshake.TIMEOUT);
        }
        if (context != null) {
            context.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (!done) {
            over(Handshake.GONE);
        }
        if (farewell != null) {
            farewell.end();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
