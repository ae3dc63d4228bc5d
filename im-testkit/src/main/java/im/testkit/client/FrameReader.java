package im.testkit.client;

import im.protocol.Limits;
import im.protocol.codec.BinaryWire;
import im.protocol.codec.ProtocolException;
import im.protocol.codec.TcpCodec;
import im.protocol.codec.WebSocketCodec;
import im.protocol.codec.WebSocketEvent;
import im.protocol.codec.Wire;
import im.protocol.json.JsonWire;
import im.protocol.v1.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** Turns a socket's bytes into frames until it ends; confined to one thread. */
final class FrameReader {
    private static final int CHUNK = 16 * 1024;

    private final InputStream in;
    private final Wire wire;
    private final Consumer<Frame> frames;
    private final IntConsumer closes;
    private final WebSocketCodec webSocket;

    FrameReader(InputStream in, Wire wire, Consumer<Frame> frames, IntConsumer closes) {
        this.in = in;
        this.wire = wire;
        this.webSocket = wire == JsonWire.CLIENT
                ? new WebSocketCodec(WebSocketCodec.Role.CLIENT, WebSocketCodec.Accepts.TEXT, Limits.JSON_MESSAGE_BYTES)
                : new WebSocketCodec(WebSocketCodec.Role.CLIENT, Limits.FRAME_BYTES);
        this.frames = frames;
        this.closes = closes;
    }

    /** Returns at the end of the stream; what the server sent wrong is a frame less and the end. */
    void readToEnd() {
        ByteBuf buffer = Unpooled.buffer();
        try {
            byte[] chunk = new byte[CHUNK];
            int count;
            while ((count = in.read(chunk)) >= 0) {
                buffer.writeBytes(chunk, 0, count);
                decode(buffer);
                buffer.discardReadBytes();
            }
        } catch (IOException e) {
            // A reset is an end, too.
        } catch (ProtocolException e) {
            throw new IllegalStateException("the server broke the protocol", e);
        } finally {
            webSocket.release();
            buffer.release();
        }
    }

    private void decodeLines(ByteBuf buffer) throws ProtocolException {
        int length;
        while ((length = buffer.bytesBefore((byte) '\n')) >= 0) {
            ByteBuf line = buffer.readSlice(length);
            buffer.skipBytes(1);
            if (line.isReadable()) {
                frames.accept(wire.parse(line));
            }
        }
    }

    private void decode(ByteBuf buffer) throws ProtocolException {
        if (wire == JsonWire.LINES) {
            decodeLines(buffer);
            return;
        }
        if (wire == BinaryWire.TCP) {
            ByteBuf body;
            while ((body = TcpCodec.tryDecode(buffer, Limits.FRAME_BYTES)) != null) {
                frames.accept(wire.parse(body));
            }
            return;
        }
        WebSocketEvent event;
        while ((event = webSocket.tryDecode(buffer, UnpooledByteBufAllocator.DEFAULT)) != null) {
            if (event instanceof WebSocketEvent.Message message) {
                frames.accept(wire.parse(message.payload()));
            } else if (event instanceof WebSocketEvent.Close close) {
                closes.accept(close.code());
            }
        }
    }
}
