package im.protocol.codec;

import im.protocol.CloseReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;

/** The payload of a WebSocket close frame: nothing, or a code and maybe a text. */
final class CloseFrame {
    /** Most that a control frame carries. */
    static final int MAX_BYTES = 125;
    /** Stands for a close frame without a code. */
    private static final int NO_CODE = 1005;

    private static final int MAX_TEXT_BYTES = MAX_BYTES - 2;

    private CloseFrame() {}

    static WebSocketEvent.Close parse(ByteBuf payload) throws ProtocolException {
        int length = payload.readableBytes();
        if (length == 0) {
            return new WebSocketEvent.Close(NO_CODE, "");
        }
        if (length == 1 || !maySend(payload.getUnsignedShort(payload.readerIndex()))) {
            throw new ProtocolException(CloseReason.PROTOCOL_ERROR, "close code missing or not allowed");
        }
        int code = payload.readUnsignedShort();
        Utf8Check check = new Utf8Check();
        if (!check.accept(payload, payload.readerIndex(), length - 2, 0, 0) || !check.isComplete()) {
            throw new ProtocolException(CloseReason.INVALID_UTF8, "close text is not UTF-8");
        }
        return new WebSocketEvent.Close(code, payload.toString(StandardCharsets.UTF_8));
    }

    static ByteBuf encode(int code, String reason, Framing framing, ByteBufAllocator alloc) {
        if (code == NO_CODE) {
            return framing.end(WebSocketCodec.begin(WebSocketCodec.CLOSE, 0, framing, alloc), 0);
        }
        if (!maySend(code)) {
            throw new IllegalArgumentException("close code may not be sent: " + code);
        }
        String text = cut(reason);
        int textLength = ByteBufUtil.utf8Bytes(text);
        int length = 2 + textLength;
        ByteBuf out = WebSocketCodec.begin(WebSocketCodec.CLOSE, length, framing, alloc);
        out.writeShort(code);
        ByteBufUtil.reserveAndWriteUtf8(out, text, textLength);
        return framing.end(out, length);
    }

    /** 1004, 1005, 1006 and 1015 are names for what no frame says; below 3000 only what is registered. */
    private static boolean maySend(int code) {
        return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
    }

    private static String cut(String reason) {
        int end = Math.min(reason.length(), MAX_TEXT_BYTES);
        while (ByteBufUtil.utf8Bytes(reason, 0, end) > MAX_TEXT_BYTES) {
            end = reason.offsetByCodePoints(end, -1);
        }
        boolean insidePair = end > 0 && end < reason.length() && Character.isHighSurrogate(reason.charAt(end - 1));
        return reason.substring(0, insidePair ? end - 1 : end);
    }
}
