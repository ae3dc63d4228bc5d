package im.protocol.codec;

import im.protocol.CloseReason;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Frames on TCP: the body's length as a varint, then the body. Holds nothing; allocates one slice a frame, 40 bytes of heap. */
public final class TcpCodec {
    private static final int MAX_LENGTH_BYTES = 5;

    private TcpCodec() {}

    /**
     * The next frame's body, or null if more bytes are needed; then the reader index has not moved.
     *
     * @param in what has come in and is not consumed yet
     * @param maxFrameBytes largest body that is taken; a larger one is refused as soon as its length shows it
     * @return a slice of {@code in}, not retained: valid while {@code in} is, and until its bytes are discarded
     * @throws ProtocolException {@link CloseReason#TOO_LARGE}, or {@link CloseReason#MALFORMED} for a length of zero or
     *     of more than five bytes. The reader index has not moved; the connection has to be closed
     */
    public static @Nullable ByteBuf tryDecode(ByteBuf in, int maxFrameBytes) throws ProtocolException {
        int start = in.readerIndex();
        int readable = in.readableBytes();
        long length = 0;
        for (int i = 0; i < readable; i++) {
            byte next = in.getByte(start + i);
            length |= (next & 0x7fL) << (7 * i);
            if (length > maxFrameBytes) {
                throw new ProtocolException(CloseReason.TOO_LARGE, "frame of more than " + maxFrameBytes + " bytes");
            }
            if (next >= 0) {
                return body(in, start + i + 1, (int) length);
            }
            if (i + 1 == MAX_LENGTH_BYTES) {
                throw new ProtocolException(CloseReason.MALFORMED, "frame length of more than five bytes");
            }
        }
        return null;
    }

    private static @Nullable ByteBuf body(ByteBuf in, int index, int length) throws ProtocolException {
        if (length == 0) {
            throw new ProtocolException(CloseReason.MALFORMED, "empty frame");
        }
        if (in.writerIndex() - index < length) {
            return null;
        }
        in.readerIndex(index);
        return in.readSlice(length);
    }
}
