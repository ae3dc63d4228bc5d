package im.gateway.edge;

import im.gateway.connection.Connection;
import im.gateway.connection.ConnectionListener;
import im.gateway.connection.Loop;
import im.protocol.CloseReason;
import im.protocol.codec.ProtocolException;
import im.protocol.v1.Close;
import im.protocol.v1.Frame;
import im.protocol.v1.Hello;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/**
 * A connection on a Netty channel, and the only handler in its pipeline. Its phase is its listener:
 *
 * <pre>
 * {@link AwaitingHello} ──Hello──▶ the session ──close, end of stream, failure──▶ {@link Nobody}
 *        └──────────────anything else, or none in time──────────────────────────▶┘
 * </pre>
 *
 * <p>After its end the socket stays open for our last bytes and the peer's farewell, five seconds at most; what arrives
 * meanwhile is thrown away.
 */
abstract class NettyConnection extends SocketReader
        implements Connection, EdgeLoop.Flushing, DeadlineQueue.Expiring, ChannelFutureListener {
    private ConnectionListener listener;
    private @Nullable AwaitingHello handshake;
    private @Nullable CloseReason ended;
    private DeadlineQueue.@Nullable Deadline farewell;
    private long id;
    private long lastProgress;
    /** What would be pending if the kernel had taken nothing since we last looked. */
    private long expected;

    /** What the loop believes is pending here. */
    private int counted;

    private boolean flushPlanned;

    /** @param deadline of a handshake that has begun before, or null: it begins now */
    NettyConnection(EdgeLoop edge, DeadlineQueue.@Nullable Deadline deadline) {
        super(edge);
        this.handshake = new AwaitingHello(this, edge.meters(), deadline == null ? edge.handshakeFrom(this) : deadline);
        this.listener = handshake;
        this.lastProgress = edge.loop().nowMillis();
    }

    /** The Hello is in: from now on a frame may have {@link im.protocol.codec.Wire#frameBytes()}. */
    abstract void greeted();

    /** Writes the last bytes of the connection. */
    abstract void writeFarewell(CloseReason reason, Close close);

    /** Whether the socket has to stay open in both directions because the peer still has to answer our farewell. */
    abstract boolean awaitsAnswer();

    /** Drops what the codec holds; once. */
    abstract void releaseCodec();

    @Override
    public final long id() {
        return id;
    }

    @Override
    public final ByteBufAllocator alloc() {
        return context().alloc();
    }

    @Override
    public final Loop loop() {
        return edge().loop();
    }

    @Override
    final boolean isEnded() {
        return ended != null;
    }

    final boolean awaitsHello() {
        return handshake != null;
    }

    @Override
    public final void channelRead(ChannelHandlerContext ctx, Object message) {
        if (handshake != null) {
            handshake.received(((ByteBuf) message).readableBytes());
        }
        super.channelRead(ctx, message);
    }

    @Override
    final void broken(ProtocolException violation) {
        String message = violation.getMessage();
        close(violation.reason(), message == null ? "" : message);
    }

    @Override
    public final void channelReadComplete(ChannelHandlerContext ctx) {
        listener.onReadsDrained();
    }

    /** A frame's bytes have come in. */
    final void frame(ByteBuf body) throws ProtocolException {
        if (ended != null) {
            return;
        }
        Frame frame = wire().parse(body);
        if (frame.hasClose()) {
            end(CloseReason.PEER);
        } else {
            listener.onFrame(frame);
        }
    }

    /** The first frame was a Hello: the session takes over. */
    final void greet(long ref, Hello hello) {
        handshake = null;
        listener = Nobody.INSTANCE;
        greeted();
        setReading(false);
        id = edge().loop().reserve();
        if (id == 0) {
            close(CloseReason.OVERLOADED, "too many connections");
            return;
        }
        edge().sessions().open(this, ref, hello);
    }

    @Override
    public final void listen(ConnectionListener next) {
        if (ended == null) {
            listener = next;
            edge().loop().attach(id, next);
        } else {
            next.onClosed(ended);
        }
    }

    @Override
    public final void write(ByteBuf frame) {
        if (ended == null) {
            send(frame);
        } else {
            frame.release();
        }
    }

    /** Queues bytes, which are the channel's from now on. */
    final void send(ByteBuf bytes) {
        assert edge().inEventLoop() : "written from another thread";
        ChannelHandlerContext ctx = context();
        long before = pendingBytes();
        if (before == 0) {
            lastProgress = edge().loop().nowMillis();
        }
        ctx.write(bytes, ctx.voidPromise());
        long pending = pendingBytes();
        expected += pending - before;
        count(pending);
        flushLater();
    }

    private void count(long pending) {
        edge().loop().outboundChanged(pending - counted);
        counted = (int) pending;
    }

    private void flushLater() {
        if (!flushPlanned) {
            flushPlanned = true;
            edge().flushLater(this);
        }
    }

    /** The turn is over. */
    @Override
    public final void flush() {
        flushPlanned = false;
        context().flush();
        count(pendingBytes());
    }

    @Override
    public final long pendingBytes() {
        ChannelOutboundBuffer outbound = context().channel().unsafe().outboundBuffer();
        return outbound == null ? 0 : outbound.totalPendingWriteBytes();
    }

    @Override
    public final long lastProgressMillis() {
        ChannelOutboundBuffer outbound = context().channel().unsafe().outboundBuffer();
        long pending = outbound == null ? 0 : outbound.totalPendingWriteBytes() - outbound.currentProgress();
        if (pending == 0 || pending < expected) {
            lastProgress = edge().loop().nowMillis();
        }
        expected = pending;
        count(pendingBytes());
        return lastProgress;
    }

    @Override
    public final void channelWritabilityChanged(ChannelHandlerContext ctx) {
        count(pendingBytes());
        if (ctx.channel().isWritable()) {
            listener.onWritable();
        }
    }

    @Override
    public final void close(CloseReason reason, String text, int retryAfterMs, long attempt) {
        if (ended != null) {
            return;
        }
        if (reason == CloseReason.IO) {
            end(reason);
            context().close();
            return;
        }
        if (reason != CloseReason.PEER) {
            Close close = Close.newBuilder()
                    .setCode(reason.code())
                    .setText(text)
                    .setReconnect(reason.reconnect())
                    .setRetryAfterMs(retryAfterMs)
                    .setAttempt(attempt)
                    .build();
            writeFarewell(reason, close);
        }
        end(reason);
    }

    /** No session any more; what was written goes out, then our side of the socket closes. */
    final void end(CloseReason reason) {
        ConnectionListener last = listener;
        setReading(true);
        ended = reason;
        listener = Nobody.INSTANCE;
        handshake = null;
        farewell = edge().farewellFrom(this);
        edge().meters().closed(reason);
        try {
            last.onClosed(reason);
        } catch (RuntimeException e) {
            edge().failures().report("onClosed", e);
        }
        if (id != 0) {
            edge().loop().release(id);
        }
        if (!awaitsAnswer()) {
            endOutput();
        }
    }

    /** Closes our side of the socket when all that was queued has left. */
    final void endOutput() {
        ChannelHandlerContext ctx = context();
        if (ctx.channel().isActive()) {
            ctx.write(Unpooled.EMPTY_BUFFER).addListener(this);
            flushLater();
        }
    }

    @Override
    public final void operationComplete(ChannelFuture lastWrite) {
        if (lastWrite.isSuccess()) {
            ((DuplexChannel) lastWrite.channel()).shutdownOutput();
        }
    }

    /** The Hello, or the peer's farewell, has not come in time. */
    @Override
    public final void expired() {
        if (ended != null && flushPlanned) {
            // The loop stood still before this turn was over: the peer's time begins when it can read the farewell.
            farewell = edge().farewellFrom(this);
        } else if (ended != null) {
            context().close();
        } else if (edge().isStopping()) {
            close(CloseReason.GOING_AWAY, "server stops");
        } else {
            close(CloseReason.TIMEOUT, "no Hello in time");
        }
    }

    @Override
    public final void channelInactive(ChannelHandlerContext ctx) {
        count(0);
        if (ended == null) {
            end(edge().isStopping() ? CloseReason.GOING_AWAY : CloseReason.PEER);
        }
        if (farewell != null) {
            farewell.end();
        }
        releaseUnread();
        releaseCodec();
    }

    @Override
    public final void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            close(isFarEnd((IOException) cause) ? CloseReason.PEER : CloseReason.IO, "");
            ctx.close();
        } else if (cause instanceof RuntimeException) {
            edge().failures().report("a connection", cause);
            close(CloseReason.INTERNAL, "internal error");
        } else {
            edge().failures().report("a connection", cause);
            close(CloseReason.IO, "");
        }
    }

    /** There is no type for a reset: NIO and epoll tell it by their text. */
    private static boolean isFarEnd(IOException e) {
        String message = e.getMessage();
        return e instanceof ClosedChannelException || (message != null && message.contains("reset"));
    }
}
