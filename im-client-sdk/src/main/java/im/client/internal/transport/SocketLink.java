package im.client.internal.transport;

import im.protocol.CloseReason;
import im.protocol.codec.BinaryWire;
import im.protocol.codec.Framing;
import im.protocol.codec.ProtocolException;
import im.protocol.codec.WebSocketCodec;
import im.protocol.codec.Wire;
import im.protocol.v1.Code;
import im.protocol.v1.Frame;
import im.protocol.v1.SendResult;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One socket to a gateway, from the first attempt to open it to its end: frames out, frames in. Event loop only.
 * Writes are flushed once per turn of the loop.
 */
final class SocketLink implements Link {
    /** How long a gateway may take to close its end after our goodbye. */
    private static final long GOODBYE_MILLIS = 1_000;

    private final EventLoop loop;
    private final LinkListener listener;
    private final Wire wire;

    private @Nullable Channel channel;
    private @Nullable LinkEnd end;
    private boolean attached;
    private boolean open;
    private boolean closing;
    private boolean flushing;
    private boolean told;

    SocketLink(EventLoop loop, LinkListener listener, Wire wire) {
        this.loop = loop;
        this.listener = listener;
        this.wire = wire;
    }

    /** Queues a frame; dropped if the link is not open or is closing. */
    @Override
    public void write(Frame frame) {
        Channel to = channel;
        if (to == null || !open || closing) {
            return;
        }
        ByteBuf bytes = wire.encode(frame, to.alloc());
        if (bytes.readableBytes() > wire.frameBytes() && frame.hasSend()) {
            bytes.release();
            loop.execute(() -> tooLarge(frame));
        } else {
            writeBytes(to, bytes);
        }
    }

    /**
     * A content within its limit whose JSON is above the frame's, because it has to be escaped: the gateway would close
     * the connection for it, and again for each retry.
     */
    private void tooLarge(Frame send) {
        if (!closing) {
            listener.received(Frame.newBuilder()
                    .setRef(send.getRef())
                    .setSendResult(SendResult.newBuilder()
                            .setMessageId(send.getSend().getMessageId())
                            .setCode(Code.TOO_LARGE)
                            .setText("frame of more than " + wire.frameBytes() + " bytes"))
                    .build());
        }
    }

    /** The buffer passes to the channel, which releases it. */
    void writeBytes(Channel to, ByteBuf bytes) {
        to.write(bytes, to.voidPromise());
        if (!flushing) {
            flushing = true;
            loop.execute(this::flush);
        }
    }

    private void flush() {
        flushing = false;
        if (channel != null) {
            channel.flush();
        }
    }

    /** Whether more can be written without growing the queue of the socket above its high-water mark. */
    @Override
    public boolean isWritable() {
        return channel != null && open && !closing && channel.isWritable();
    }

    /** Stops or resumes reading from the socket; what was read already still arrives. */
    @Override
    public void reading(boolean on) {
        if (channel != null) {
            channel.config().setAutoRead(on || closing);
        }
    }

    /**
     * Writes {@code last}, on WebSocket a close frame after it, and ends our direction; the socket closes when the
     * gateway has closed its own, or after a second. Frames that still arrive are dropped.
     */
    @Override
    public void close(Frame last, CloseReason reason, String text) {
        Channel to = channel;
        if (to == null || !open) {
            abort(LinkEnd.of(reason, text));
            return;
        }
        if (closing) {
            return;
        }
        writeBytes(to, wire.encode(last, to.alloc()));
        endOutput(to, LinkEnd.of(reason, text));
    }

    private void endOutput(Channel to, LinkEnd why) {
        closing = true;
        end = end == null ? why : end;
        ByteBuf goodbye = wire == BinaryWire.TCP
                ? to.alloc().buffer(0, 0)
                : WebSocketCodec.encodeClose(sendable(why.code()), why.text(), Framing.WEBSOCKET_CLIENT, to.alloc());
        to.writeAndFlush(goodbye).addListener(done -> {
            if (done.isSuccess() && to instanceof DuplexChannel duplex) {
                duplex.shutdownOutput();
            }
        });
        to.config().setAutoRead(true);
        var forced = loop.schedule(() -> to.close(), GOODBYE_MILLIS, TimeUnit.MILLISECONDS);
        to.closeFuture().addListener(closed -> forced.cancel(false));
    }

    private static int sendable(int code) {
        return code == 0 || code == CloseReason.IO.code() ? CloseReason.NORMAL.code() : code;
    }

    /** Closes the socket at once, saying nothing; also ends an attempt to open one. */
    @Override
    public void abort(String why) {
        abort(LinkEnd.of(why));
    }

    void abort(LinkEnd why) {
        end = end == null ? why : end;
        closing = true;
        if (channel != null) {
            channel.close();
        }
        if (!attached) {
            ended();
        }
    }

    // What follows is called by the dialer and the handlers.

    boolean hasEnded() {
        return told;
    }

    /** The channel that is being connected: one that {@link #abort} has to close. */
    void connecting(Channel opening) {
        channel = opening;
    }

    /** The channel is connected: the link ends with it. */
    void attach(Channel opened) {
        channel = opened;
        attached = true;
        if (told) {
            opened.close();
        }
        opened.closeFuture().addListener((ChannelFutureListener) closed -> ended());
    }

    void opened() {
        open = true;
        if (!closing) {
            listener.opened();
        }
    }

    void bytesRead() {
        if (!closing) {
            listener.bytesRead();
        }
    }

    /** Parses and hands over one frame; the body stays the caller's. */
    void received(ByteBuf body) throws ProtocolException {
        if (!closing) {
            listener.received(wire.parse(body));
        }
    }

    /** The gateway broke the protocol: says so and closes. */
    void refuse(ProtocolException broken) {
        Channel to = channel;
        if (to != null && !closing) {
            endOutput(to, LinkEnd.of(broken.reason(), String.valueOf(broken.getMessage())));
        }
    }

    /** The gateway sent a WebSocket close frame: answers it and closes. */
    void closedByPeer(int code, String text) {
        Channel to = channel;
        if (to != null && !closing) {
            endOutput(to, new LinkEnd(code, text, 0));
        }
    }

    void failed(Throwable cause) {
        abort(LinkEnd.of(cause));
    }

    void writabilityChanged() {
        if (isWritable()) {
            listener.writable();
        }
    }

    private void ended() {
        if (!told) {
            told = true;
            open = false;
            closing = true;
            LinkEnd why = (end == null ? LinkEnd.of("connection closed by the gateway") : end).reached(attached);
            tell(() -> listener.ended(why));
        }
    }

    /** Later, never from inside a call of the owner, whose state may be half-way; at once if the loop is ending. */
    private void tell(Runnable ended) {
        try {
            loop.execute(ended);
        } catch (RejectedExecutionException e) {
            ended.run();
        }
    }
}
