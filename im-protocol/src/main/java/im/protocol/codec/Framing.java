package im.protocol.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.ThreadLocalRandom;

/** How a connection's writer frames what it sends: the header before an outgoing body, and the mask over it. */
public enum Framing {
    /** The length as a varint, then the body. */
    TCP,
    /** One unmasked, unfragmented WebSocket message: what a server sends. */
    WEBSOCKET_SERVER,
    /** One masked, unfragmented WebSocket message: what a client sends. */
    WEBSOCKET_CLIENT,
    /** The body, then a line feed, which no body holds: JSON over polls, in either direction. */
    LINE;

    private static final int FINAL = 0x80;
    private static final int MASKED = 0x80;
    private static final int MASK_BYTES = 4;

    /** A buffer of exactly the frame's size with its header written; {@code opcode} is ignored on TCP. */
    ByteBuf begin(int opcode, int bodyLength, ByteBufAllocator alloc) {
        int size = headerSize(bodyLength) + bodyLength + (this == LINE ? 1 : 0);
        ByteBuf out = alloc.ioBuffer(size, size);
        if (this == TCP) {
            Varint.write(out, bodyLength);
            return out;
        } else if (this == LINE) {
            return out;
        }
        int masked = this == WEBSOCKET_CLIENT ? MASKED : 0;
        out.writeByte(FINAL | opcode);
        if (bodyLength <= 125) {
            out.writeByte(masked | bodyLength);
        } else if (bodyLength <= 0xffff) {
            out.writeByte(masked | 126).writeShort(bodyLength);
        } else {
            out.writeByte(masked | 127).writeLong(bodyLength);
        }
        if (this == WEBSOCKET_CLIENT) {
            // Masks protect proxies from scripts that choose what a browser sends; a client that is a program of its
            // own gains nothing from a costlier generator.
            out.writeIntLE(ThreadLocalRandom.current().nextInt());
        }
        return out;
    }

    /** Masks the body, which must have been written to its last byte, or ends its line. */
    ByteBuf end(ByteBuf out, int bodyLength) {
        if (this == LINE) {
            return out.writeByte('\n');
        }
        if (this == WEBSOCKET_CLIENT) {
            int body = out.writerIndex() - bodyLength;
            applyMask(out, body, bodyLength, out.getIntLE(body - MASK_BYTES));
        }
        return out;
    }

    int headerSize(int bodyLength) {
        if (this == TCP) {
            return Varint.size(bodyLength);
        } else if (this == LINE) {
            return 0;
        }
        int length = bodyLength <= 125 ? 2 : bodyLength <= 0xffff ? 4 : 10;
        return this == WEBSOCKET_CLIENT ? length + MASK_BYTES : length;
    }

    /** XORs in place, eight bytes at a time; {@code mask} is the header's four bytes read little-endian. */
    static void applyMask(ByteBuf buffer, int index, int length, int mask) {
        if (mask == 0) {
            return;
        }
        long wide = wide(mask);
        int end = index + length;
        int i = index;
        for (; end - i >= Long.BYTES; i += Long.BYTES) {
            buffer.setLongLE(i, buffer.getLongLE(i) ^ wide);
        }
        for (; i < end; i++) {
            buffer.setByte(i, buffer.getByte(i) ^ (mask >>> (((i - index) & 3) << 3)));
        }
    }

    static long wide(int mask) {
        return ((long) mask << 32) | (mask & 0xffff_ffffL);
    }
}
