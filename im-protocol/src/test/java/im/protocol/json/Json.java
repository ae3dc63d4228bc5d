package im.protocol.json;

import im.protocol.codec.ProtocolException;
import im.protocol.v1.Frame;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** Frames from text and back. */
final class Json {
    private Json() {}

    static Frame read(String text) throws ProtocolException {
        return JsonWire.SERVER.parse(Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8)));
    }

    static String write(Frame frame) {
        return new String(JsonWriter.write(frame), StandardCharsets.UTF_8);
    }
}
