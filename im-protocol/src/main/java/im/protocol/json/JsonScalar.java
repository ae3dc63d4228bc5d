package im.protocol.json;

import static im.protocol.json.JsonReader.malformed;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import im.protocol.codec.ProtocolException;
import java.math.BigDecimal;
import java.util.Base64;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** A parser's current token as the value of a field that is no message. */
final class JsonScalar {
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]{1,9})?");
    private static final long LARGEST_UINT32 = 0xffff_ffffL;

    private JsonScalar() {}

    /** Null for an enum's name that is not known. */
    static @Nullable Object read(JsonParser in, FieldDescriptor field) throws ProtocolException {
        return switch (field.getType()) {
            case STRING -> string(in, field);
            case BOOL -> bool(in, field);
            case BYTES -> bytes(in, field);
            case ENUM -> enumValue(in, field);
            case INT64 -> number(in, field, Long.MIN_VALUE, Long.MAX_VALUE);
            case INT32 -> (int) number(in, field, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case UINT32 -> (int) number(in, field, 0, LARGEST_UINT32);
            default -> throw new IllegalStateException("kind of field not foreseen: " + field.getFullName());
        };
    }

    private static ProtocolException not(String kind, FieldDescriptor field) {
        return malformed(field.getName() + " is not " + kind);
    }

    private static String string(JsonParser in, FieldDescriptor field) throws ProtocolException {
        if (in.currentToken() != JsonToken.VALUE_STRING) {
            throw not("a string", field);
        }
        return in.getString();
    }

    private static Boolean bool(JsonParser in, FieldDescriptor field) throws ProtocolException {
        JsonToken token = in.currentToken();
        if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
            throw not("true or false", field);
        }
        return token == JsonToken.VALUE_TRUE;
    }

    private static ByteString bytes(JsonParser in, FieldDescriptor field) throws ProtocolException {
        String text = string(in, field).replace('-', '+').replace('_', '/');
        try {
            return ByteString.copyFrom(Base64.getDecoder().decode(text));
        } catch (IllegalArgumentException e) {
            throw not("Base64", field);
        }
    }

    private static @Nullable EnumValueDescriptor enumValue(JsonParser in, FieldDescriptor field)
            throws ProtocolException {
        EnumDescriptor kind = field.getEnumType();
        if (in.currentToken() == JsonToken.VALUE_STRING) {
            return kind.findValueByName(in.getString());
        }
        return kind.findValueByNumberCreatingIfUnknown((int) number(in, field, Integer.MIN_VALUE, Integer.MAX_VALUE));
    }

    /** A whole number within the bounds, maybe in quotes, maybe written with a fraction of zero or an exponent. */
    private static long number(JsonParser in, FieldDescriptor field, long least, long most) throws ProtocolException {
        JsonToken token = in.currentToken();
        if (token == null || !(token.isNumeric() || token == JsonToken.VALUE_STRING)) {
            throw not("a number", field);
        }
        String text = in.getString();
        long value = isPlain(text) ? Long.parseLong(text) : written(text, field);
        if (value < least || value > most) {
            throw not("a whole number in range", field);
        }
        return value;
    }

    /** The form that everybody writes, which costs nothing to check. */
    private static boolean isPlain(String text) {
        if (text.isEmpty() || text.length() > 18 || (text.charAt(0) == '0' && text.length() > 1)) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    private static long written(String text, FieldDescriptor field) throws ProtocolException {
        if (text.length() > StrictJson.MAX_WORD || !NUMBER.matcher(text).matches()) {
            throw not("a number", field);
        }
        try {
            // Refuses a large exponent without writing the number out.
            return new BigDecimal(text).longValueExact();
        } catch (ArithmeticException e) {
            throw not("a whole number in range", field);
        }
    }
}
