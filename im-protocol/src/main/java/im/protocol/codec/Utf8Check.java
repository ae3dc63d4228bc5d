package im.protocol.codec;

import io.netty.buffer.ByteBuf;

/** Whether bytes that come in pieces are UTF-8; says no at the first byte that cannot be. */
final class Utf8Check {
    private static final long NOT_ASCII = 0x8080_8080_8080_8080L;

    /** Continuation bytes still to come, and between what the next one must lie. */
    private int missing;

    private int lowest = 0x80;
    private int highest = 0xbf;
    /** Bytes of the frame that is coming in, checked already. */
    private int checked;

    /**
     * Checks what of a frame has come in since the last call.
     *
     * @param index where the frame's payload begins
     * @param here how much of it has come in
     * @param whole whether that is all of it
     */
    boolean acceptFrame(ByteBuf bytes, int index, int here, int mask, boolean whole) {
        boolean valid = accept(bytes, index + checked, here - checked, mask, checked);
        checked = whole ? 0 : here;
        return valid;
    }

    /**
     * Checks the next bytes of the text.
     *
     * @param mask as in {@link Framing#applyMask}, 0 for none
     * @param offset of the first byte in what is masked
     * @return false if this, after all before it, cannot be UTF-8
     */
    boolean accept(ByteBuf bytes, int index, int length, int mask, int offset) {
        int turned = Integer.rotateRight(mask, (offset & 3) << 3);
        long wide = Framing.wide(turned);
        int i = 0;
        while (i < length) {
            boolean ascii = missing == 0
                    && length - i >= Long.BYTES
                    && (i & 3) == 0
                    && ((bytes.getLongLE(index + i) ^ wide) & NOT_ASCII) == 0;
            if (ascii) {
                i += Long.BYTES;
            } else if (!accept((bytes.getByte(index + i) ^ (turned >>> ((i & 3) << 3))) & 0xff)) {
                return false;
            } else {
                i++;
            }
        }
        return true;
    }

    /** Whether no character is cut off. */
    boolean isComplete() {
        return missing == 0;
    }

    private boolean accept(int next) {
        if (missing > 0) {
            boolean fits = next >= lowest && next <= highest;
            missing--;
            lowest = 0x80;
            highest = 0xbf;
            return fits;
        }
        if (next < 0x80) {
            return true;
        }
        // Overlong forms (c0, c1, e0 80, f0 80), surrogates (ed a0) and what is above U+10FFFF (f4 90) are excluded.
        missing = next < 0xe0 ? 1 : next < 0xf0 ? 2 : 3;
        lowest = next == 0xe0 ? 0xa0 : next == 0xf0 ? 0x90 : 0x80;
        highest = next == 0xed ? 0x9f : next == 0xf4 ? 0x8f : 0xbf;
        return next >= 0xc2 && next <= 0xf4;
    }
}
