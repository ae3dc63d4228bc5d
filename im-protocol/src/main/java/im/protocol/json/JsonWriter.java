package im.protocol.json;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import im.protocol.v1.Frame;
import java.io.ByteArrayOutputStream;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/** A frame as protobuf's JSON mapping says: without what has its default, in the schema's order, no space between. */
final class JsonWriter {
    /** Of nearly all frames but Deliver. */
    private static final int USUAL_BYTES = 512;

    private final JsonGenerator out;

    private JsonWriter(JsonGenerator out) {
        this.out = out;
    }

    static byte[] write(Frame frame) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(USUAL_BYTES);
        try (JsonGenerator out = StrictJson.FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
            new JsonWriter(out).message(frame);
        }
        return bytes.toByteArray();
    }

    private void message(Message message) {
        out.writeStartObject();
        for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
            FieldDescriptor field = entry.getKey();
            out.writeName(field.getJsonName());
            if (field.isRepeated()) {
                out.writeStartArray();
                for (Object value : (List<?>) entry.getValue()) {
                    value(field, value);
                }
                out.writeEndArray();
            } else {
                value(field, entry.getValue());
            }
        }
        out.writeEndObject();
    }

    private void value(FieldDescriptor field, Object value) {
        switch (field.getType()) {
            case MESSAGE -> message((Message) value);
            case STRING -> out.writeString((String) value);
            case BOOL -> out.writeBoolean((Boolean) value);
            case BYTES -> out.writeString(Base64.getEncoder().encodeToString(((ByteString) value).toByteArray()));
            case ENUM -> enumValue((EnumValueDescriptor) value);
            case INT64 -> out.writeString(Long.toString((Long) value));
            case INT32 -> out.writeNumber((int) (Integer) value);
            case UINT32 -> out.writeNumber(Integer.toUnsignedLong((Integer) value));
            default -> throw new IllegalStateException("kind of field not foreseen: " + field.getFullName());
        }
    }

    /** A number that the schema does not name stays a number. */
    private void enumValue(EnumValueDescriptor value) {
        if (value.getIndex() < 0) {
            out.writeNumber(value.getNumber());
        } else {
            out.writeString(value.getName());
        }
    }
}
