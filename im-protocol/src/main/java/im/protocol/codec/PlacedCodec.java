package im.protocol.codec;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import im.protocol.v1.Envelope;
import java.io.IOException;
import java.util.Arrays;

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

    /** When its envelope was accepted, and by whom it was sent; the content is neither parsed nor copied. */
    public record Origin(String sender, long acceptedMs) {}

    /** The origin of a message that {@link #encode} wrote. */
    public static Origin origin(byte[] placed) {
        try {
            CodedInputStream in = CodedInputStream.newInstance(placed);
            return isAtEnvelope(in) ? envelopeOrigin(in) : new Origin("", 0);
        } catch (IOException e) {
            throw new IllegalArgumentException("not a placed message", e);
        }
    }

    /** The message id in the envelope that {@link #encode} was given; nothing else is parsed or copied. */
    public static String messageId(byte[] placed) {
        try {
            CodedInputStream in = CodedInputStream.newInstance(placed);
            if (isAtEnvelope(in)) {
                for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                    if (WireFormat.getTagFieldNumber(tag) == Envelope.MESSAGE_ID_FIELD_NUMBER) {
                        return in.readString();
                    }
                    in.skipField(tag);
                }
            }
            return "";
        } catch (IOException e) {
            throw new IllegalArgumentException("not a placed message", e);
        }
    }

    /** Reads up to the envelope's fields, and ends the stream where they end. */
    private static boolean isAtEnvelope(CodedInputStream in) throws IOException {
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (tag == ENVELOPE) {
                in.pushLimit(in.readRawVarint32());
                return true;
            }
            in.skipField(tag);
        }
        return false;
    }

    /** Whether {@link #encode} wrote a change of membership; the content is neither parsed nor copied. */
    public static boolean isMembership(byte[] placed) {
        try {
            CodedInputStream in = CodedInputStream.newInstance(placed);
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                if (tag == ENVELOPE) {
                    in.readRawVarint32();
                } else if (WireFormat.getTagFieldNumber(tag) == Envelope.MEMBERSHIP_FIELD_NUMBER) {
                    return true;
                } else {
                    in.skipField(tag);
                }
            }
            return false;
        } catch (IOException e) {
            throw new IllegalArgumentException("not a placed message", e);
        }
    }

    private static Origin envelopeOrigin(CodedInputStream in) throws IOException {
        String sender = "";
        long acceptedMs = 0;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (WireFormat.getTagFieldNumber(tag)) {
                case Envelope.SENDER_FIELD_NUMBER -> sender = in.readString();
                case Envelope.ACCEPTED_MS_FIELD_NUMBER -> acceptedMs = in.readInt64();
                default -> in.skipField(tag);
            }
        }
        return new Origin(sender, acceptedMs);
    }

    /** What {@link #encode} wrote, for a reader to whom another message was the one before. */
    public static byte[] withPrev(byte[] placed, long prev) {
        long position = position(placed);
        long before = prev(placed);
        int from = (position == 0 ? 0 : 1 + Varint.size(position)) + (before == 0 ? 0 : 1 + Varint.size(before)) + 1;
        byte[] envelope = Arrays.copyOfRange(placed, from + Varint.size(Varint.get(placed, from)), placed.length);
        return encode(position, prev, envelope);
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
