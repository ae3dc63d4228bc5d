package im.gateway.edge;

import im.gateway.connection.Loop;
import im.gateway.edge.EdgeMeters.Handshake;
import im.gateway.edge.PollRequest.Asked;
import im.gateway.edge.PollSessions.Full;
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
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A socket that carries polls, one after the other, of any session: behind the {@link HttpGate}, in place of the
 * {@link HttpHandshakeHandler}, to which it gives way again when another path is asked for. A request that begins while
 * one is unanswered ends the socket. Event loop only.
 */
final class PollSocket extends ChannelInboundHandlerAdapter implements DeadlineQueue.Expiring, ChannelFutureListener {
    private static final int INITIAL_BODY_BYTES = 512;
    private static final int FULL_RETRY_SECONDS = 30;
    private static final int RETRY_SECONDS = 1;

    private final EdgeLoop edge;
    private final PollSessions sessions;
    private final PollMeters meters;
    private final Map<String, HttpPage> pages;
    private @Nullable ChannelHandlerContext context;
    /** Until the request that has begun is whole, or until the next one begins, or until the peer has gone. */
    private DeadlineQueue.@Nullable Deadline deadline;

    /** Of the request that comes in, until it is whole; not kept while it waits. */
    private @Nullable HttpRequest head;

    private ByteBuf body = Unpooled.EMPTY_BUFFER;
    private @Nullable PollConnection asked;

    /** The one that waits for its answer, and what the answer needs of its head. */
    private @Nullable PollRequest current;

    private boolean keepAlive;
    private @Nullable String origin;

    /** The one whose answer is on its way out. */
    private @Nullable PollRequest writing;

    private boolean first = true;
    private boolean done;

    /** @param deadline of the first request, which has begun */
    PollSocket(EdgeLoop edge, PollSessions sessions, Map<String, HttpPage> pages, DeadlineQueue.Deadline deadline) {
        this.edge = edge;
        this.sessions = sessions;
        this.meters = edge.pollMeters();
        this.pages = pages;
        this.deadline = deadline;
        deadline.passTo(this);
        edge.meters().handshake(Handshake.POLL);
    }

    Loop loop() {
        return edge.loop();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        if (!done
                && head == null
                && current == null
                && message instanceof HttpRequest request
                && isElsewhere(request)
                && !sessions.isDraining()) {
            giveWay(ctx, request);
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

    private static boolean isElsewhere(HttpRequest request) {
        return request.decoderResult().isSuccess()
                && !HttpHandshakeHandler.path(request).equals(PollCheck.PATH);
    }

    private void giveWay(ChannelHandlerContext ctx, HttpRequest request) throws Exception {
        endDeadline();
        ctx.channel().config().setAutoRead(true);
        HttpHandshakeHandler pageHandler = new HttpHandshakeHandler(edge, pages);
        ctx.pipeline().replace(this, null, pageHandler);
        pageHandler.channelRead(ctx.pipeline().context(pageHandler), request);
    }

    private void receive(ChannelHandlerContext ctx, HttpObject part) {
        if (part.decoderResult().isFailure()) {
            refuse(ctx, RequestCheck.undecodable(part.decoderResult()));
            return;
        }
        if (part instanceof HttpRequest request && !begin(ctx, request)) {
            return;
        }
        HttpRequest begun = head;
        if (part instanceof HttpContent content && begun != null) {
            receive(ctx, content.content(), begun);
            if (!done && content instanceof LastHttpContent) {
                whole(ctx, begun);
            }
        }
    }

    private boolean begin(ChannelHandlerContext ctx, HttpRequest request) {
        if (head != null || current != null) {
            refuse(ctx, HttpAnswer.refusal(400, "one request at a time expected"));
            return false;
        } else if (isElsewhere(request)) {
            refuse(ctx, HttpAnswer.refusal(503, "the server stops"));
            return false;
        }
        HttpPage.Answer refusal = RequestCheck.head(request);
        if (refusal == null) {
            refusal = PollCheck.refusalOf(request, edge.config());
        }
        if (refusal != null) {
            refuse(ctx, refusal);
            return false;
        }
        String session = PollCheck.session(request);
        if (PollCheck.isPoll(request) && !session.isEmpty()) {
            asked = sessions.find(session);
            if (asked == null) {
                gone(ctx, request);
                return false;
            }
        }
        head = request;
        if (first) {
            first = false;
        } else {
            endDeadline();
            deadline = edge.handshakeFrom(this);
        }
        if (HttpUtil.is100ContinueExpected(request)) {
            ctx.writeAndFlush(HttpAnswer.encodeContinue(ctx.alloc()));
        }
        return true;
    }

    private void receive(ChannelHandlerContext ctx, ByteBuf content, HttpRequest begun) {
        int bytes = content.readableBytes();
        if (bytes == 0) {
            return;
        }
        int most = PollCheck.isPoll(begun) ? PollCheck.maxBody(begun) : 0;
        if (body.readableBytes() + bytes > most) {
            refuse(ctx, PollCheck.tooLarge(begun));
            return;
        }
        if (asked != null && !asked.bodies().take(bytes)) {
            refuse(ctx, later(429, "too much is on its way in other requests", RETRY_SECONDS, begun));
            return;
        }
        if (!body.isReadable()) {
            // On the heap and without a pool: it passes between loops, and nobody has to release it.
            body = Unpooled.buffer(Math.max(INITIAL_BODY_BYTES, bytes), most);
        }
        body.writeBytes(content);
    }

    private void whole(ChannelHandlerContext ctx, HttpRequest begun) {
        endDeadline();
        keepAlive = HttpUtil.isKeepAlive(begun);
        origin = begun.headers().get(HttpHeaderNames.ORIGIN);
        head = null;
        if (!PollCheck.isPoll(begun)) {
            write(ctx, PollCheck.preflight(begun));
            return;
        }
        Asked request = PollCheck.asked(begun);
        if (asked == null) {
            asked = open(ctx, begun, request);
        }
        PollConnection connection = asked;
        if (connection == null) {
            return;
        } else if (connection.format() != request.format()) {
            refuse(
                    ctx,
                    HttpAnswer.refusal(
                            415,
                            "Content-Type " + connection.format().contentType + " expected",
                            PollCheck.shared(begun)));
            return;
        }
        PollRequest poll = new PollRequest(this, connection, request, body);
        current = poll;
        asked = null;
        body = Unpooled.EMPTY_BUFFER;
        poll.send();
    }

    private @Nullable PollConnection open(ChannelHandlerContext ctx, HttpRequest begun, Asked request) {
        Full full = sessions.enter(ProxyGate.peer(ctx.channel()));
        if (full != null) {
            meters.full(full);
            refuse(
                    ctx,
                    switch (full) {
                        case ALL -> later(503, "too many poll sessions", FULL_RETRY_SECONDS, begun);
                        case ADDRESS -> later(429, "too many poll sessions of this address", FULL_RETRY_SECONDS, begun);
                        case DRAINING -> later(503, "the server stops", RETRY_SECONDS, begun);
                    });
            return null;
        }
        PollConnection connection = new PollConnection(
                edge, sessions, meters, request.format(), ProxyGate.peer(ctx.channel()), ctx.alloc());
        sessions.add(connection);
        connection.bodies().count(body.readableBytes());
        return connection;
    }

    private static HttpPage.Answer later(int status, String why, int seconds, HttpRequest begun) {
        Map<String, String> headers = new HashMap<>(PollCheck.shared(begun));
        headers.put("Retry-After", Integer.toString(seconds));
        return HttpAnswer.refusal(status, why, headers);
    }

    /** The answer has come from the session's loop. */
    void answered(PollRequest request, PollAnswer answer) {
        ChannelHandlerContext ctx = context;
        if (request != current || ctx == null) {
            request.written();
            return;
        }
        if (answer.status() == 410) {
            meters.gone();
        }
        Map<String, String> headers = PollCheck.shared(origin);
        if (!answer.session().isEmpty()) {
            headers.put(PollCheck.SESSION, answer.session());
            headers.put(PollCheck.REQUEST, Long.toString(answer.taken()));
            headers.put(PollCheck.ANSWER, Long.toString(answer.number()));
        }
        current = null;
        writing = request;
        String contentType = request.asked().format().contentType;
        write(ctx, new HttpPage.Answer(answer.status(), contentType, answer.body(), headers))
                .addListener(written -> {
                    if (writing == request) {
                        writing = null;
                    }
                    request.written();
                });
    }

    private ChannelFuture write(ChannelHandlerContext ctx, HttpPage.Answer answer) {
        if (!keepAlive || edge.isStopping()) {
            return finish(ctx, answer);
        }
        deadline = edge.keepAliveFrom(this);
        return ctx.writeAndFlush(HttpAnswer.encodeKept(answer, ctx.alloc()))
                .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    /** What is still on its way out there is wanted on another socket. */
    void cutOff(PollRequest request) {
        if (request == writing && context != null) {
            context.close();
        }
    }

    /** A peer that does not read its answers is not read either. */
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        ctx.channel().config().setAutoRead(ctx.channel().isWritable());
    }

    /** Stale, foreign or made up: it is all the same. */
    private void gone(ChannelHandlerContext ctx, HttpRequest request) {
        meters.gone();
        PollFormat format = PollCheck.asked(request).format();
        finish(
                ctx,
                new HttpPage.Answer(
                        410, format.contentType, PollAnswer.gone(format).body(), PollCheck.shared(request)));
    }

    private void refuse(ChannelHandlerContext ctx, HttpPage.Answer refusal) {
        meters.httpRefused();
        finish(ctx, refusal);
    }

    /** Our last bytes; the peer gets a while to read them before the socket closes. */
    private ChannelFuture finish(ChannelHandlerContext ctx, HttpPage.Answer answer) {
        abandon();
        done = true;
        endDeadline();
        deadline = edge.farewellFrom(this);
        ctx.pipeline().remove(HttpGate.class);
        return ctx.writeAndFlush(HttpAnswer.encode(answer, ctx.alloc())).addListener(this);
    }

    private void endDeadline() {
        if (deadline != null) {
            deadline.end();
            deadline = null;
        }
    }

    @Override
    public void operationComplete(ChannelFuture written) {
        if (written.isSuccess()) {
            ((DuplexChannel) written.channel()).shutdownOutput();
        }
    }

    @Override
    public void expired() {
        if (context != null) {
            context.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        done = true;
        endDeadline();
        abandon();
    }

    /** Neither what came in nor the answer to it has any use now. */
    private void abandon() {
        if (current != null) {
            current.abandon();
            current = null;
        }
        if (asked != null) {
            asked.bodies().giveBack(body.readableBytes());
            asked = null;
        }
        body = Unpooled.EMPTY_BUFFER;
        head = null;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
