package im.gateway.edge;

import im.protocol.codec.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/**
 * The reading half of a connection: cuts what comes in by {@link #decode} and keeps what is not complete, in a buffer of
 * about its size that is released with its last byte. While reading is off, what had been read already waits there too.
 * Event loop only.
 */
abstract class SocketReader extends ChannelInboundHandlerAdapter {
    private final EdgeLoop edge;
    private @Nullable ChannelHandlerContext context;
    private @Nullable ByteBuf unread;
    private long lastRead;
    private boolean reading = true;

    SocketReader(EdgeLoop edge) {
        this.edge = edge;
        this.lastRead = edge.loop().nowMillis();
    }

    /**
     * Takes what comes next out of the bytes, if it is there completely, and acts on it. Called while reading is on,
     * and after the end with whatever still comes in.
     *
     * @return false if more bytes are needed
     * @throws ProtocolException then {@link #broken} is called, and this goes on
     */
    abstract boolean decode(ByteBuf in) throws ProtocolException;

    abstract void broken(ProtocolException violation);

    abstract boolean isEnded();

    @Override
    public abstract void channelReadComplete(ChannelHandlerContext ctx);

    @Override
    public abstract void exceptionCaught(ChannelHandlerContext ctx, Throwable cause);

    final EdgeLoop edge() {
        return edge;
    }

    final ChannelHandlerContext context() {
        ChannelHandlerContext known = context;
        if (known == null) {
            throw new IllegalStateException("not in a pipeline");
        }
        return known;
    }

    @Override
    public final void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    public final long lastReadMillis() {
        return lastRead;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        lastRead = edge.loop().nowMillis();
        ByteBuf held = unread;
        unread = null;
        decodeAll(held == null ? in : joined(held, in));
    }

    private static ByteBuf joined(ByteBuf held, ByteBuf in) {
        try {
            return held.discardReadBytes().writeBytes(in);
        } finally {
            in.release();
        }
    }

    /** Takes over the buffer; what is not consumed stays in {@link #unread}. */
    private void decodeAll(ByteBuf in) {
        try {
            while ((reading || isEnded()) && decodeNext(in)) {}
        } finally {
            keep(in);
        }
    }

    private boolean decodeNext(ByteBuf in) {
        try {
            return decode(in);
        } catch (ProtocolException e) {
            broken(e);
            return true;
        }
    }

    private void keep(ByteBuf in) {
        int rest = in.readableBytes();
        if (rest == 0) {
            in.release();
        } else if (rest > in.capacity() / 2) {
            unread = in;
        } else {
            unread = context().alloc().buffer(rest).writeBytes(in);
            in.release();
        }
    }

    public final void setReading(boolean on) {
        if (on == reading || isEnded()) {
            return;
        }
        reading = on;
        // While nobody read, silence said nothing about the peer.
        lastRead = edge.loop().nowMillis();
        context().channel().config().setAutoRead(on);
        if (on && unread != null) {
            edge.loop().execute(this::drain);
        }
    }

    /** Goes on with what had been read when reading was switched off. */
    private void drain() {
        ByteBuf held = unread;
        if (held == null || !(reading || isEnded())) {
            return;
        }
        unread = null;
        try {
            decodeAll(held);
            channelReadComplete(context());
        } catch (RuntimeException e) {
            exceptionCaught(context(), e);
        }
    }

    /** The socket is closed. */
    final void releaseUnread() {
        if (unread != null) {
            unread.release();
            unread = null;
        }
    }
}
