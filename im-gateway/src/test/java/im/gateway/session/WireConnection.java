package im.gateway.session;

import im.gateway.connection.Connection;
import im.gateway.connection.ConnectionListener;
import im.gateway.connection.Loop;
import im.protocol.CloseReason;
import im.protocol.Limits;
import im.protocol.codec.BinaryWire;
import im.protocol.codec.FrameCodec;
import im.protocol.codec.ProtocolException;
import im.protocol.codec.TcpCodec;
import im.protocol.codec.Wire;
import im.protocol.v1.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A connection whose socket is a queue: the test decides when the kernel takes a frame. */
final class WireConnection implements Connection {
    private final Loop loop;
    private final long id;
    private final ArrayDeque<Frame> outbound = new ArrayDeque<>();
    private final ArrayDeque<Integer> sizes = new ArrayDeque<>();
    final ArrayDeque<Frame> arrived = new ArrayDeque<>();
    private long pending;
    private boolean aboveLow;
    private long lastReadMillis;
    private long lastProgressMillis;
    boolean reading;
    Wire wire = BinaryWire.TCP;
    /** How often somebody asked what is pending: what a session's work costs while it waits. */
    int looks;
    /** Hears of each frame when it is queued, before the kernel takes it. */
    Consumer<Frame> written = frame -> {};

    @Nullable CloseReason closed;

    String closeText = "";
    int closeRetryAfterMs;
    long closeAttempt;

    @Nullable ConnectionListener listener;

    WireConnection(Loop loop) {
        this.loop = loop;
        this.id = loop.reserve();
        lastReadMillis = loop.nowMillis();
    }

    /** The kernel takes up to so many frames. */
    void flush(int frames) {
        for (int i = 0; i < frames && !outbound.isEmpty(); i++) {
            arrived.add(outbound.remove());
            int size = sizes.remove();
            pending -= size;
            if (closed == null) {
                loop.outboundChanged(-size);
            }
            lastProgressMillis = loop.nowMillis();
        }
        if (aboveLow && pending <= Loop.LOW_WATER_BYTES) {
            aboveLow = false;
            if (listener != null && closed == null) {
                listener.onWritable();
            }
        }
    }

    /** A frame arrives from the client. */
    void receive(Frame frame) {
        lastReadMillis = loop.nowMillis();
        if (listener != null && closed == null) {
            listener.onFrame(frame);
        }
    }

    /** All that the client has got since it was last asked, in order; the kernel takes everything first. */
    List<Frame> received() {
        flush(Integer.MAX_VALUE);
        List<Frame> all = new ArrayList<>(arrived);
        arrived.clear();
        return all;
    }

    boolean hasOutbound() {
        return !outbound.isEmpty();
    }

    @Override
    public void write(ByteBuf frame) {
        try {
            if (closed != null) {
                return;
            }
            int size = frame.readableBytes();
            ByteBuf body = TcpCodec.tryDecode(frame, Limits.FRAME_BYTES);
            if (body == null) {
                throw new AssertionError("half a frame was written");
            }
            Frame parsed = FrameCodec.parse(body);
            if (pending == 0) {
                lastProgressMillis = loop.nowMillis();
            }
            outbound.add(parsed);
            written.accept(parsed);
            sizes.add(size);
            pending += size;
            loop.outboundChanged(size);
            aboveLow |= pending > Loop.LOW_WATER_BYTES;
            if (pending > Loop.MAX_OUTBOUND_BYTES + 64 * 1024) {
                throw new AssertionError("outbound queue of " + pending + " bytes");
            }
        } catch (ProtocolException e) {
            throw new AssertionError(e);
        } finally {
            frame.release();
        }
    }

    @Override
    public void close(CloseReason reason, String text, int retryAfterMs, long attempt) {
        if (closed == null) {
            closed = reason;
            closeText = text;
            closeRetryAfterMs = retryAfterMs;
            closeAttempt = attempt;
            loop.release(id);
            loop.outboundChanged(-pending);
            if (listener != null) {
                listener.onClosed(reason);
            }
        }
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public Wire wire() {
        return wire;
    }

    @Override
    public ByteBufAllocator alloc() {
        return UnpooledByteBufAllocator.DEFAULT;
    }

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public void listen(ConnectionListener next) {
        listener = next;
        loop.attach(id, next);
    }

    @Override
    public long pendingBytes() {
        looks++;
        return pending;
    }

    @Override
    public void setReading(boolean on) {
        reading = on;
    }

    @Override
    public long lastReadMillis() {
        return lastReadMillis;
    }

    @Override
    public long lastProgressMillis() {
        return lastProgressMillis;
    }
}
