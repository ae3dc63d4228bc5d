package im.protocol.json;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import im.protocol.CloseReason;
import im.protocol.codec.ProtocolException;
import im.protocol.v1.Frame;
import io.netty.buffer.ByteBuf;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;

/**
 * One frame out of one JSON text, in one pass: nothing is kept of what the schema does not know. The text has to be
 * exactly one object in valid UTF-8, with no name twice in an object, no lone surrogate, nothing deeper than {@link
 * im.protocol.Limits#NESTING}; the values may have the forms that protobuf's mapping accepts (64-bit numbers as strings
 * or numbers, both kinds of Base64, the schema's own field names, enums by number).
 */
final class JsonReader {
    private final JsonParser in;

    private JsonReader(JsonParser in) {
        this.in = in;
    }

    static Frame read(ByteBuf body) throws ProtocolException {
        CharBuffer text = text(body);
        try (JsonParser in = StrictJson.FACTORY.createParser(
                ObjectReadContext.empty(), text.array(), text.arrayOffset() + text.position(), text.remaining())) {
            return new JsonReader(in).frame();
        } catch (JacksonException e) {
            throw malformed("not JSON, or nested too deeply");
        }
    }

    private static CharBuffer text(ByteBuf body) throws ProtocolException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(body.nioBuffer());
        } catch (CharacterCodingException e) {
            throw malformed("not UTF-8");
        }
    }

    static ProtocolException malformed(String message) {
        return new ProtocolException(CloseReason.MALFORMED, message);
    }

    private Frame frame() throws ProtocolException {
        if (next() != JsonToken.START_OBJECT) {
            throw malformed("not a JSON object");
        }
        Frame.Builder frame = Frame.newBuilder();
        message(frame, Fields.OF_FRAME);
        if (next() != null) {
            throw malformed("text after the JSON object");
        }
        return frame.build();
    }

    /** The next token, its text checked: also where nobody will read it. */
    private @Nullable JsonToken next() throws ProtocolException {
        JsonToken token = in.nextToken();
        if (token == JsonToken.PROPERTY_NAME || token == JsonToken.VALUE_STRING) {
            checkSurrogates(in.getString());
        }
        return token;
    }

    private static void checkSurrogates(String text) throws ProtocolException {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            boolean pair = Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (!pair) {
                throw malformed("lone surrogate");
            }
            i++;
        }
    }

    /** From the object's first name to its end. */
    private void message(Message.Builder out, Fields fields) throws ProtocolException {
        long seen = 0;
        while (next() == JsonToken.PROPERTY_NAME) {
            FieldDescriptor field = fields.named(in.getString());
            next();
            if (field == null) {
                skip();
            } else if (in.currentToken() != JsonToken.VALUE_NULL) {
                seen = once(field, seen, out);
                field(out, field, fields);
            }
        }
    }

    /** A field may be there under one of its names, a oneof with one of its members; returns what is seen now. */
    private static long once(FieldDescriptor field, long seen, Message.Builder out) throws ProtocolException {
        long bit = 1L << field.getIndex();
        if ((seen & bit) != 0) {
            throw malformed(field.getName() + " twice");
        }
        var oneof = field.getContainingOneof();
        if (oneof != null && out.hasOneof(oneof)) {
            throw malformed("two of " + oneof.getFullName());
        }
        return seen | bit;
    }

    private void field(Message.Builder out, FieldDescriptor field, Fields fields) throws ProtocolException {
        if (!field.isRepeated()) {
            Object value = value(out, field, fields);
            if (value != null) {
                out.setField(field, value);
            }
            return;
        }
        if (in.currentToken() != JsonToken.START_ARRAY) {
            throw malformed(field.getName() + " is not an array");
        }
        while (next() != JsonToken.END_ARRAY) {
            Object value = value(out, field, fields);
            if (value != null) {
                out.addRepeatedField(field, value);
            }
        }
    }

    /** The current value; null for an enum's name that is not known, which is as if it were not there. */
    private @Nullable Object value(Message.Builder out, FieldDescriptor field, Fields fields) throws ProtocolException {
        if (field.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
            return JsonScalar.read(in, field);
        }
        if (in.currentToken() != JsonToken.START_OBJECT) {
            throw malformed(field.getName() + " is not an object");
        }
        Message.Builder part = out.newBuilderForField(field);
        message(part, fields.of(field));
        return part.build();
    }

    /** To the end of the current value. */
    private void skip() throws ProtocolException {
        int depth = 0;
        for (JsonToken token = in.currentToken(); token != null; token = next()) {
            if (token.isStructStart()) {
                depth++;
            } else if (token.isStructEnd()) {
                depth--;
            }
            if (depth == 0) {
                return;
            }
        }
    }
}
