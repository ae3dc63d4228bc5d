package im.protocol.codec;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** WebSocket frames written by hand from RFC 6455, right and wrong ones. */
final class RawWebSocket {
    static final int FIN = 0x80;
    static final int[] MASK = {0x11, 0xfe, 0x00, 0x7c};

    private RawWebSocket() {}

    /** With the shortest length. */
    static byte[] frame(int first, boolean masked, byte[] payload) {
        int lengthBytes = payload.length <= 125 ? 0 : payload.length <= 0xffff ? 2 : 8;
        return concat(header(first, masked, payload.length, lengthBytes), mask(masked, payload));
    }

    /** The header alone, the length in 0, 2 or 8 bytes of its own. */
    static byte[] header(int first, boolean masked, long length, int lengthBytes) {
        ByteBuffer out = ByteBuffer.allocate(14);
        int bit = masked ? 0x80 : 0;
        out.put((byte) first);
        switch (lengthBytes) {
            case 0 -> out.put((byte) (bit | (int) length));
            case 2 -> out.put((byte) (bit | 126)).putShort((short) length);
            default -> out.put((byte) (bit | 127)).putLong(length);
        }
        if (masked) {
            for (int octet : MASK) {
                out.put((byte) octet);
            }
        }
        byte[] header = new byte[out.position()];
        out.flip().get(header);
        return header;
    }

    private static byte[] mask(boolean masked, byte[] payload) {
        byte[] out = payload.clone();
        for (int i = 0; masked && i < out.length; i++) {
            out[i] ^= (byte) MASK[i % 4];
        }
        return out;
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
