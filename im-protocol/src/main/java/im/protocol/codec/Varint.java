package im.protocol.codec;

import io.netty.buffer.ByteBuf;

/** Protobuf's base-128 numbers; a negative one takes ten bytes. */
final class Varint {
    private Varint() {}

    static int size(long value) {
        return (352 - Long.numberOfLeadingZeros(value) * 9 + 288) >>> 6;
    }

    static void write(ByteBuf out, long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.writeByte((int) rest | 0x80);
            rest >>>= 7;
        }
        out.writeByte((int) rest);
    }

    /** Writes at {@code at} and returns the index behind it. */
    static int put(byte[] out, int at, long value) {
        int next = at;
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out[next++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        out[next++] = (byte) rest;
        return next;
    }

    /** Reads what {@link #put} wrote; {@link IllegalArgumentException} if it ends early or does not end. */
    static long get(byte[] in, int at) {
        long value = 0;
        for (int shift = 0, i = at; shift < 64 && i < in.length; shift += 7, i++) {
            value |= (in[i] & 0x7fL) << shift;
            if (in[i] >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("not a varint: at=" + at + " length=" + in.length);
    }
}
