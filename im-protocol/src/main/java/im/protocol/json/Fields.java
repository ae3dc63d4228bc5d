package im.protocol.json;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import im.protocol.v1.Frame;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The fields of a message by the names that they have in JSON: lowerCamelCase, and the schema's own. */
final class Fields {
    static final Fields OF_FRAME = new Fields(Frame.getDescriptor());

    private final Map<String, FieldDescriptor> byName = new HashMap<>();
    private final Map<FieldDescriptor, Fields> parts = new HashMap<>();

    /** The schema does not contain itself. */
    private Fields(Descriptor message) {
        if (message.getFields().size() > Long.SIZE) {
            throw new IllegalStateException("more fields than JsonReader can tell apart: " + message.getFullName());
        }
        for (FieldDescriptor field : message.getFields()) {
            byName.put(field.getName(), field);
            byName.put(field.getJsonName(), field);
            if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
                parts.put(field, new Fields(field.getMessageType()));
            }
        }
    }

    @Nullable FieldDescriptor named(String name) {
        return byName.get(name);
    }

    Fields of(FieldDescriptor message) {
        Fields fields = parts.get(message);
        if (fields == null) {
            throw new IllegalArgumentException("not a message: " + message.getFullName());
        }
        return fields;
    }
}
