package im.protocol.codec;

/** {@code im.v1.Placed} around an envelope that stays closed. The bytes are protobuf's own for the equal message. */
public final class PlacedCodec {
    private static final byte POSITION = 0x08;
    private static final byte PREV = 0x10;
    private static final byte ENVELOPE = 0x22;

    private PlacedCodec() {}

    /** One array of exactly the size; the envelope is copied. */
    public static byte[] encode(long position, long prev, byte[] envelope) {
        byte[] placed = new byte[size(position, prev, envelope.length)];
        int at = 0;
        if (position != 0) {
            placed[at] = POSITION;
            at = Varint.put(placed, at + 1, position);
        }
        if (prev != 0) {
            placed[at] = PREV;
            at = Varint.put(placed, at + 1, prev);
        }
        placed[at] = ENVELOPE;
        at = Varint.put(placed, at + 1, envelope.length);
        System.arraycopy(envelope, 0, placed, at, envelope.length);
        return placed;
    }

    private static int size(long position, long prev, int envelope) {
        return (position == 0 ? 0 : 1 + Varint.size(position))
                + (prev == 0 ? 0 : 1 + Varint.size(prev))
                + 1
                + Varint.size(envelope)
                + envelope;
    }

    /** Where it stands; reads only what {@link #encode} wrote, allocates nothing. */
    public static long position(byte[] placed) {
        return placed.length > 0 && placed[0] == POSITION ? Varint.get(placed, 1) : 0;
    }

    /** The position before it in its conversation; like {@link #position}. */
    public static long prev(byte[] placed) {
        long position = position(placed);
        int at = position == 0 ? 0 : 1 + Varint.size(position);
        return at < placed.length && placed[at] == PREV ? Varint.get(placed, at + 1) : 0;
    }
}
