package im.protocol.codec;

import im.protocol.CloseReason;
import im.protocol.Limits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * One end of a WebSocket after its handshake (RFC 6455, no extensions): turns bytes into events, strictly, and encodes
 * frames. Event loop only. 32 bytes of heap while no message is open; a fragmented one that is open holds at most
 * {@code maxMessageBytes}.
 *
 * <p>A whole message costs its event and a slice, 64 bytes of heap; its payload is unmasked where it lies. A frame that has not come in
 * completely stays in the input, whose size the length check bounds: nothing above {@code maxMessageBytes} is waited
 * for.
 */
public final class WebSocketCodec {
    public static final int CONTINUATION = 0;
    public static final int TEXT = 1;
    public static final int BINARY = 2;
    public static final int CLOSE = 8;
    public static final int PING = 9;
    public static final int PONG = 10;

    private static final int FINAL = 0x80;
    private static final int RESERVED = 0x70;
    private static final int MASKED = 0x80;

    private static final String ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /** Which end this is: a server takes only masked frames, a client only unmasked ones. */
    public enum Role {
        SERVER,
        CLIENT
    }

    /** The kinds of message that are taken; another is refused with 1003. */
    public enum Accepts {
        BINARY(WebSocketCodec.TEXT),
        TEXT(WebSocketCodec.BINARY),
        BOTH(-1);

        private final int refused;

        Accepts(int refused) {
            this.refused = refused;
        }
    }

    private final boolean server;
    /** An opcode. */
    private final byte refused;

    private final int maxMessageBytes;
    private boolean ended;

    private @Nullable OpenMessage open;
    /** Of the text message that is coming in, in one frame or more. */
    private @Nullable Utf8Check text;
    /** The aggregate in the event returned last. */
    private @Nullable ByteBuf lent;

    /** A fragmented message of which the last fragment has not come. */
    private static final class OpenMessage {
        final boolean text;
        final ByteBuf bytes;
        int fragments = 1;

        OpenMessage(boolean text, ByteBuf bytes) {
            this.text = text;
            this.bytes = bytes;
        }
    }

    /** For binary messages only. */
    public WebSocketCodec(Role role, int maxMessageBytes) {
        this(role, Accepts.BINARY, maxMessageBytes);
    }

    /**
     * @param accepts text is checked to be UTF-8 as it comes in
     * @param maxMessageBytes largest payload of a message, fragmented or not
     */
    public WebSocketCodec(Role role, Accepts accepts, int maxMessageBytes) {
        this.server = role == Role.SERVER;
        this.refused = (byte) accepts.refused;
        this.maxMessageBytes = maxMessageBytes;
    }

    /**
     * The next event, or null if more bytes are needed; call until null. What the event carries is lent: see {@link
     * WebSocketEvent}. After a Close, or an exception, everything that still comes in is skipped.
     *
     * @param in what has come in and is not consumed yet; masked payloads are unmasked in place
     * @param alloc for the aggregate of a fragmented message
     * @throws ProtocolException what the peer did; the connection has to be closed with its reason
     */
    public @Nullable WebSocketEvent tryDecode(ByteBuf in, ByteBufAllocator alloc) throws ProtocolException {
        giveBack();
        try {
            while (!ended) {
                int before = in.readerIndex();
                WebSocketEvent event = frame(in, alloc);
                if (event != null || in.readerIndex() == before) {
                    return event;
                }
            }
        } catch (ProtocolException e) {
            ended = true;
            release();
            throw e;
        }
        in.skipBytes(in.readableBytes());
        return null;
    }

    /** Drops what is held; to be called once when the connection ends. */
    public void release() {
        giveBack();
        if (open != null) {
            open.bytes.release();
            open = null;
        }
    }

    private void giveBack() {
        if (lent != null) {
            lent.release();
            lent = null;
        }
    }

    /** Consumes one frame if it is there completely. */
    private @Nullable WebSocketEvent frame(ByteBuf in, ByteBufAllocator alloc) throws ProtocolException {
        int start = in.readerIndex();
        int readable = in.readableBytes();
        if (readable < 2) {
            return null;
        }
        int first = in.getByte(start) & 0xff;
        int second = in.getByte(start + 1) & 0xff;
        checkKind(first, second);
        int lengthBytes = lengthBytes(second);
        if (readable < 2 + lengthBytes) {
            return null;
        }
        int length = length(in, start, lengthBytes, first, second);
        int header = 2 + lengthBytes + (second >= MASKED ? 4 : 0);
        if (readable < header) {
            return null;
        }
        int mask = second >= MASKED ? in.getIntLE(start + header - 4) : 0;
        int here = Math.min(length, readable - header);
        if (isText(first)) {
            checkText(in, start + header, here, mask, (first & FINAL) != 0, here == length);
        }
        if (here < length) {
            return null;
        }
        Framing.applyMask(in, start + header, length, mask);
        in.readerIndex(start + header);
        return event(first, in.readSlice(length), alloc);
    }

    private void checkKind(int first, int second) throws ProtocolException {
        int opcode = first & 0x0f;
        boolean last = (first & FINAL) != 0;
        if ((first & RESERVED) != 0) {
            throw error("reserved bit");
        }
        if (second >= MASKED != server) {
            throw error(server ? "frame without mask" : "masked frame");
        }
        switch (opcode) {
            case CONTINUATION -> {
                if (open == null) {
                    throw error("continuation of nothing");
                }
            }
            case TEXT, BINARY -> {
                if (open != null) {
                    throw error("new message inside a fragmented one");
                }
                if (opcode == refused) {
                    String message = refused == TEXT ? "text message" : "binary message";
                    throw new ProtocolException(CloseReason.UNSUPPORTED_DATA, message);
                }
            }
            case CLOSE, PING, PONG -> {
                if (!last || (second & ~MASKED) > CloseFrame.MAX_BYTES) {
                    throw error("fragmented or long control frame");
                }
            }
            default -> throw error("reserved opcode");
        }
    }

    private static int lengthBytes(int second) {
        int length = second & ~MASKED;
        return length == 127 ? 8 : length == 126 ? 2 : 0;
    }

    private int length(ByteBuf in, int start, int lengthBytes, int first, int second) throws ProtocolException {
        long length = second & ~MASKED;
        if (lengthBytes == 2) {
            length = in.getUnsignedShort(start + 2);
        } else if (lengthBytes == 8) {
            length = in.getLong(start + 2);
        }
        if ((lengthBytes == 2 && length <= 125) || (lengthBytes == 8 && length <= 0xffff)) {
            throw error("length not in its shortest form");
        }
        if ((first & 0x08) == 0) {
            checkRoom(length);
        }
        return (int) length;
    }

    private void checkRoom(long length) throws ProtocolException {
        int held = open == null ? 0 : open.bytes.readableBytes();
        if (length > maxMessageBytes - held) {
            String message = "message of more than " + maxMessageBytes + " bytes";
            throw new ProtocolException(CloseReason.MESSAGE_TOO_BIG, message);
        }
        if (open != null && open.fragments == Limits.WEBSOCKET_FRAGMENTS) {
            String message = "more than " + Limits.WEBSOCKET_FRAGMENTS + " fragments";
            throw new ProtocolException(CloseReason.POLICY, message);
        }
    }

    private boolean isText(int first) {
        int opcode = first & 0x0f;
        return opcode == TEXT || (opcode == CONTINUATION && open != null && open.text);
    }

    /** Checks as much of the frame as has come in, so that bad text is refused before its last byte. */
    private void checkText(ByteBuf in, int index, int here, int mask, boolean last, boolean whole)
            throws ProtocolException {
        Utf8Check check = text;
        if (check == null) {
            check = new Utf8Check();
            text = check;
        }
        boolean valid = check.acceptFrame(in, index, here, mask, whole);
        boolean end = last && whole;
        if (!valid || (end && !check.isComplete())) {
            throw new ProtocolException(CloseReason.INVALID_UTF8, "text is not UTF-8");
        }
        if (end) {
            text = null;
        }
    }

    private @Nullable WebSocketEvent event(int first, ByteBuf payload, ByteBufAllocator alloc)
            throws ProtocolException {
        return switch (first & 0x0f) {
            case PING -> new WebSocketEvent.Ping(payload);
            case PONG -> new WebSocketEvent.Pong(payload);
            case CLOSE -> {
                WebSocketEvent.Close close = CloseFrame.parse(payload);
                ended = true;
                yield close;
            }
            default -> data(first, payload, alloc);
        };
    }

    private @Nullable WebSocketEvent data(int first, ByteBuf payload, ByteBufAllocator alloc) {
        boolean last = (first & FINAL) != 0;
        OpenMessage message = open;
        if (message == null) {
            boolean isText = (first & 0x0f) == TEXT;
            if (last) {
                return new WebSocketEvent.Message(payload, isText);
            }
            ByteBuf bytes = alloc.buffer(payload.readableBytes(), maxMessageBytes);
            open = new OpenMessage(isText, bytes.writeBytes(payload));
            return null;
        }
        message.bytes.writeBytes(payload);
        message.fragments++;
        if (!last) {
            return null;
        }
        open = null;
        lent = message.bytes;
        return new WebSocketEvent.Message(message.bytes, message.text);
    }

    private static ProtocolException error(String message) {
        return new ProtocolException(CloseReason.PROTOCOL_ERROR, message);
    }

    /**
     * One unfragmented frame in one new buffer that the caller owns. The payload is copied, its indices and reference
     * count stay as they are.
     *
     * @param framing one of the two WebSocket kinds
     */
    public static ByteBuf encode(int opcode, ByteBuf payload, Framing framing, ByteBufAllocator alloc) {
        int length = payload.readableBytes();
        ByteBuf out = begin(opcode, length, framing, alloc);
        out.writeBytes(payload, payload.readerIndex(), length);
        return framing.end(out, length);
    }

    public static ByteBuf encodePing(ByteBuf payload, Framing framing, ByteBufAllocator alloc) {
        return encode(PING, payload, framing, alloc);
    }

    /** The answer to a ping, with its payload. */
    public static ByteBuf encodePong(ByteBuf payload, Framing framing, ByteBufAllocator alloc) {
        return encode(PONG, payload, framing, alloc);
    }

    /**
     * A close frame.
     *
     * @param code one that may be sent, or 1005 for a frame without code and text; {@link IllegalArgumentException} on
     *     others, among them the 1006 of a connection that is gone already
     * @param reason cut to 123 bytes of UTF-8, between characters
     */
    public static ByteBuf encodeClose(int code, String reason, Framing framing, ByteBufAllocator alloc) {
        return CloseFrame.encode(code, reason, framing, alloc);
    }

    static ByteBuf begin(int opcode, int length, Framing framing, ByteBufAllocator alloc) {
        if (framing == Framing.TCP) {
            throw new IllegalArgumentException("not a WebSocket: " + framing);
        }
        return framing.begin(opcode, length, alloc);
    }

    /** The {@code Sec-WebSocket-Accept} that answers a {@code Sec-WebSocket-Key}; the key is not checked here. */
    public static String acceptKey(String key) {
        try {
            byte[] text = (key + ACCEPT_SUFFIX).getBytes(StandardCharsets.US_ASCII);
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-1").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}
