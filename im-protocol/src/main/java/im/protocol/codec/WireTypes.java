package im.protocol.codec;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import im.protocol.v1.Frame;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Whether every field that a frame's bytes name has the wire type that the schema gives it. Protobuf's parser takes a
 * known field of another wire type for an unknown one and ignores it, so that a broken frame would pass for an empty
 * one. Groups, which no version of the protocol has, are refused too: nothing that nests is then left to what is
 * unknown. Reads tags and lengths only.
 */
final class WireTypes {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH = 2;
    private static final int FIXED32 = 5;
    private static final long LARGEST_FIELD = (1L << 29) - 1;
    private static final Shape FRAME = new Shape(Frame.getDescriptor());

    private final ByteBuf in;
    private int at;

    private WireTypes(ByteBuf in) {
        this.in = in;
        this.at = in.readerIndex();
    }

    static boolean fit(ByteBuf frame) {
        return new WireTypes(frame).message(FRAME, frame.writerIndex());
    }

    /** Wire types and parts of a message by field number; the schema does not contain itself. */
    private static final class Shape {
        private static final byte UNKNOWN = -1;

        private final byte[] wireTypes;
        /** Lists of numbers, which may come packed into one field. */
        private final BitSet packable = new BitSet();

        private final @Nullable Shape[] parts;

        Shape(Descriptor message) {
            int largest = message.getFields().stream()
                    .mapToInt(FieldDescriptor::getNumber)
                    .max()
                    .orElse(0);
            wireTypes = new byte[largest + 1];
            Arrays.fill(wireTypes, UNKNOWN);
            parts = new @Nullable Shape[largest + 1];
            for (FieldDescriptor field : message.getFields()) {
                wireTypes[field.getNumber()] = (byte) field.getLiteType().getWireType();
                packable.set(field.getNumber(), field.isPackable());
                if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                    parts[field.getNumber()] = new Shape(field.getMessageType());
                }
            }
        }

        boolean allows(long field, int wireType) {
            if (field >= wireTypes.length || wireTypes[(int) field] == UNKNOWN) {
                return true;
            }
            return wireTypes[(int) field] == wireType || (wireType == LENGTH && packable.get((int) field));
        }

        @Nullable Shape part(long field) {
            return field < parts.length ? parts[(int) field] : null;
        }
    }

    private boolean message(Shape shape, int end) {
        while (at < end) {
            long tag = number(end);
            int wireType = (int) tag & 7;
            long field = tag >> 3;
            if (field <= 0
                    || field > LARGEST_FIELD
                    || !shape.allows(field, wireType)
                    || !value(wireType, shape.part(field), end)) {
                return false;
            }
        }
        return true;
    }

    private boolean value(int wireType, @Nullable Shape part, int end) {
        switch (wireType) {
            case VARINT -> {
                return skipNumber(end);
            }
            case FIXED64 -> at += Long.BYTES;
            case FIXED32 -> at += Integer.BYTES;
            case LENGTH -> {
                long length = number(end);
                if (length < 0 || length > end - at) {
                    return false;
                }
                int after = at + (int) length;
                if (part != null) {
                    return message(part, after);
                }
                at = after;
            }
            default -> {
                return false;
            }
        }
        return at <= end;
    }

    /** A tag or length, at most 35 bits in five bytes; negative if it does not end. */
    private long number(int end) {
        long value = 0;
        for (int shift = 0; shift < 35 && at < end; shift += 7) {
            byte next = in.getByte(at++);
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        return -1;
    }

    private boolean skipNumber(int end) {
        for (int i = 0; i < 10 && at < end; i++) {
            if (in.getByte(at++) >= 0) {
                return true;
            }
        }
        return false;
    }
}
