package im.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

/** Gives a codec bytes in pieces, as a socket would, and notes what comes out as text. */
final class Feeding {
    static final IntSupplier WHOLE = () -> Integer.MAX_VALUE;
    static final IntSupplier BYTE_BY_BYTE = () -> 1;

    private Feeding() {}

    /** What the server's or client's end of a WebSocket makes of the bytes. */
    static List<String> webSocket(WebSocketCodec codec, byte[] bytes, IntSupplier pieces, Buffers buffers) {
        List<String> events = new ArrayList<>();
        run(bytes, pieces, buffers, in -> webSocket(codec, in, buffers, events));
        codec.release();
        return events;
    }

    private static boolean webSocket(WebSocketCodec codec, ByteBuf in, Buffers buffers, List<String> events) {
        try {
            WebSocketEvent event = codec.tryDecode(in, buffers.alloc());
            if (event != null) {
                events.add(text(event));
            }
            return event != null;
        } catch (ProtocolException e) {
            events.add(e.reason().name());
            return false;
        }
    }

    private static String text(WebSocketEvent event) {
        if (event instanceof WebSocketEvent.Message message) {
            return (message.text() ? "text " : "binary ") + ByteBufUtil.hexDump(message.payload());
        } else if (event instanceof WebSocketEvent.Ping ping) {
            return "ping " + ByteBufUtil.hexDump(ping.payload());
        } else if (event instanceof WebSocketEvent.Pong pong) {
            return "pong " + ByteBufUtil.hexDump(pong.payload());
        }
        WebSocketEvent.Close close = (WebSocketEvent.Close) event;
        return "close " + close.code() + " " + close.text();
    }

    static List<String> tcp(int maxFrameBytes, byte[] bytes, IntSupplier pieces, Buffers buffers) {
        List<String> events = new ArrayList<>();
        run(bytes, pieces, buffers, in -> tcp(maxFrameBytes, in, events));
        return events;
    }

    private static boolean tcp(int maxFrameBytes, ByteBuf in, List<String> events) {
        int before = in.readerIndex();
        try {
            ByteBuf body = TcpCodec.tryDecode(in, maxFrameBytes);
            if (body == null) {
                assertThat(in.readerIndex()).isEqualTo(before);
                return false;
            }
            events.add("frame " + ByteBufUtil.hexDump(body));
            return true;
        } catch (ProtocolException e) {
            assertThat(in.readerIndex()).isEqualTo(before);
            events.add(e.reason().name());
            in.skipBytes(in.readableBytes());
            return false;
        }
    }

    private interface Step {
        /** Whether to go on with what is there. */
        boolean next(ByteBuf in);
    }

    private static void run(byte[] bytes, IntSupplier pieces, Buffers buffers, Step step) {
        ByteBuf in = buffers.alloc().buffer();
        for (int at = 0; at < bytes.length; ) {
            int length = Math.min(pieces.getAsInt(), bytes.length - at);
            in.writeBytes(bytes, at, length);
            at += length;
            while (step.next(in)) {
                assertThat(in.refCnt()).isEqualTo(1);
            }
            in.discardReadBytes();
        }
        in.release();
    }
}
