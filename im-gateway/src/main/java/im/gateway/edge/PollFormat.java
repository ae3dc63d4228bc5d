package im.gateway.edge;

import im.protocol.CloseReason;
import im.protocol.codec.BinaryWire;
import im.protocol.codec.ProtocolException;
import im.protocol.codec.TcpCodec;
import im.protocol.codec.Wire;
import im.protocol.json.JsonWire;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How the frames of a poll and of its answer are written one behind the other, by content type. */
enum PollFormat {
    /** As on TCP: a length, then the frame. */
    PROTO("application/x-protobuf", BinaryWire.TCP) {
        @Override
        @Nullable ByteBuf next(ByteBuf body, int maxFrameBytes) throws ProtocolException {
            ByteBuf frame = TcpCodec.tryDecode(body, maxFrameBytes);
            if (frame == null && body.isReadable()) {
                throw new ProtocolException(CloseReason.MALFORMED, "the last frame is cut off");
            }
            return frame;
        }
    },
    /** A line each; empty ones mean nothing. */
    JSON("application/x-ndjson", JsonWire.LINES) {
        @Override
        @Nullable ByteBuf next(ByteBuf body, int maxFrameBytes) throws ProtocolException {
            while (body.isReadable()) {
                int length = body.bytesBefore((byte) '\n');
                ByteBuf line = body.readSlice(length < 0 ? body.readableBytes() : length);
                body.skipBytes(length < 0 ? 0 : 1);
                int text = withoutReturn(line);
                if (text > maxFrameBytes) {
                    throw new ProtocolException(
                            CloseReason.TOO_LARGE, "frame of more than " + maxFrameBytes + " bytes");
                } else if (text > 0) {
                    return line.slice(line.readerIndex(), text);
                }
            }
            return null;
        }
    };

    final String contentType;
    final Wire wire;

    PollFormat(String contentType, Wire wire) {
        this.contentType = contentType;
        this.wire = wire;
    }

    /**
     * The next frame's body out of a poll's, or null at its end.
     *
     * @throws ProtocolException what follows cannot be told apart, or is too large
     */
    abstract @Nullable ByteBuf next(ByteBuf body, int maxFrameBytes) throws ProtocolException;

    private static int withoutReturn(ByteBuf line) {
        int length = line.readableBytes();
        boolean has = length > 0 && line.getByte(line.writerIndex() - 1) == '\r';
        return has ? length - 1 : length;
    }

    /** What follows a semicolon does not count. */
    static @Nullable PollFormat named(@Nullable String contentType) {
        if (contentType == null) {
            return null;
        }
        int parameters = contentType.indexOf(';');
        String type = (parameters < 0 ? contentType : contentType.substring(0, parameters))
                .trim()
                .toLowerCase(Locale.ROOT);
        for (PollFormat format : values()) {
            if (format.contentType.equals(type)) {
                return format;
            }
        }
        return null;
    }

    /** All of them, for people. */
    static String contentTypes() {
        return Arrays.stream(values()).map(format -> format.contentType).collect(Collectors.joining(" or "));
    }
}
