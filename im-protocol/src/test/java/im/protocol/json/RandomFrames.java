package im.protocol.json;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import im.protocol.v1.Frame;
import java.util.List;
import java.util.Random;

/** Frames with any content that protobuf can carry. */
final class RandomFrames {
    private static final String[] PIECES = {
        "",
        "a",
        "Grüße",
        "世界",
        "\ud83d\ude00",
        "\"",
        "\\",
        "/",
        "\n",
        "\u0000",
        "\u0001",
        "\u001f",
        "\u007f",
        "\u2028",
        "<&>='",
        "\ufeff",
        "\uffff",
        "null",
        "1e5",
        " "
    };

    private final Random random;

    RandomFrames(Random random) {
        this.random = random;
    }

    Frame next() {
        Frame.Builder frame = Frame.newBuilder();
        List<FieldDescriptor> bodies = Frame.getDescriptor().getOneofs().get(0).getFields();
        if (random.nextInt(20) > 0) {
            fill(frame, bodies.get(random.nextInt(bodies.size())));
        }
        if (random.nextBoolean()) {
            frame.setRef(number());
        }
        return frame.build();
    }

    private void fill(Message.Builder out, FieldDescriptor field) {
        if (!field.isRepeated()) {
            out.setField(field, value(out, field));
            return;
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            out.addRepeatedField(field, value(out, field));
        }
    }

    private Object value(Message.Builder out, FieldDescriptor field) {
        return switch (field.getType()) {
            case MESSAGE -> message(out.newBuilderForField(field));
            case STRING -> text();
            case BOOL -> random.nextBoolean();
            case BYTES -> bytes();
            case ENUM -> field.getEnumType().findValueByNumberCreatingIfUnknown(random.nextInt(20));
            case INT64 -> number();
            case INT32, UINT32 -> (int) number();
            default -> throw new IllegalStateException(field.getFullName());
        };
    }

    private Message message(Message.Builder out) {
        for (FieldDescriptor field : out.getDescriptorForType().getFields()) {
            if (random.nextInt(3) > 0) {
                fill(out, field);
            }
        }
        return out.build();
    }

    private long number() {
        long[] edges = {0, 1, -1, 1L << 53, (1L << 53) + 1, Long.MAX_VALUE, Long.MIN_VALUE};
        return random.nextInt(3) == 0 ? edges[random.nextInt(edges.length)] : random.nextLong() >> random.nextInt(64);
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(8); i > 0; i--) {
            text.append(PIECES[random.nextInt(PIECES.length)]);
        }
        return text.toString();
    }

    private ByteString bytes() {
        byte[] bytes = new byte[random.nextInt(random.nextInt(10) == 0 ? 3_000 : 20)];
        random.nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }
}
