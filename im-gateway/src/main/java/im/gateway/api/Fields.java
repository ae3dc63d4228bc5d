package im.gateway.api;

import com.google.protobuf.ByteString;
import im.protocol.Ids;
import im.protocol.v1.Code;
import im.protocol.v1.Send;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads an object whose fields are known, and says by name what is wrong with one. */
final class Fields {
    private final JsonObject object;
    private final String place;

    /** @param known every field that there may be; another is refused */
    Fields(JsonObject object, String place, Set<String> known) {
        this.object = object;
        this.place = place;
        for (String name : object.fieldNames()) {
            if (!known.contains(name)) {
                throw ApiException.malformed(place + " has a field that is not known");
            }
        }
    }

    static Fields ofBody(@Nullable Buffer body, Set<String> known) {
        try {
            if (body != null && body.length() > 0) {
                return new Fields(new JsonObject(body), "the body", known);
            }
        } catch (DecodeException | ClassCastException e) {
            throw ApiException.malformed("the body is not a JSON object");
        }
        throw ApiException.malformed("the body is empty, a JSON object is expected");
    }

    /** The text, or null where there is none. */
    @Nullable String text(String name) {
        Object value = object.getValue(name);
        if (value == null) {
            return null;
        }
        if (value instanceof String text && isWellFormed(text)) {
            return text;
        }
        throw ApiException.malformed(name + " in " + place + " is not a text");
    }

    private static boolean isWellFormed(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    boolean flag(String name) {
        Object value = object.getValue(name);
        if (value == null || value instanceof Boolean) {
            return Boolean.TRUE.equals(value);
        }
        throw ApiException.malformed(name + " in " + place + " is neither true nor false");
    }

    /** The number, or the default where there is none. */
    int number(String name, int byDefault, int min, int max) {
        Object value = object.getValue(name);
        if (value == null) {
            return byDefault;
        }
        if (value instanceof Integer number && number >= min && number <= max) {
            return number;
        }
        throw ApiException.malformed(name + " in " + place + " is not a whole number from " + min + " to " + max);
    }

    String uid(String name) {
        String uid = text(name);
        if (uid == null || !Ids.isValid(uid)) {
            throw ApiException.malformed(name + " in " + place + " is not a uid");
        }
        return uid;
    }

    boolean has(String name) {
        return object.getValue(name) != null;
    }

    JsonArray list(String name, int most) {
        if (!(object.getValue(name) instanceof JsonArray list) || list.isEmpty()) {
            throw ApiException.malformed(name + " in " + place + " is not a list of at least one");
        }
        if (list.size() > most) {
            throw new ApiException(Code.TOO_LARGE, name + " has " + list.size() + " entries, the limit is " + most);
        }
        return list;
    }

    /** Each once. */
    List<String> uids(String name, int most) {
        Set<String> seen = new HashSet<>();
        List<String> uids = new ArrayList<>();
        for (Object entry : list(name, most)) {
            if (!(entry instanceof String uid) || !Ids.isValid(uid)) {
                throw ApiException.malformed(name + " holds what is not a uid");
            }
            if (seen.add(uid)) {
                uids.add(uid);
            }
        }
        return uids;
    }

    /** {@code content_type}, and {@code text} or {@code data} in base64. */
    void content(Send.Builder send) {
        String contentType = text("content_type");
        send.setContentType(contentType == null ? "" : contentType);
        String text = text("text");
        String data = text("data");
        if ((text == null) == (data == null)) {
            throw ApiException.malformed(place + " has not one of text and data");
        }
        if (text != null) {
            send.setText(text);
            return;
        }
        try {
            send.setData(ByteString.copyFrom(Base64.getDecoder().decode(data)));
        } catch (IllegalArgumentException e) {
            throw ApiException.malformed("data in " + place + " is not base64");
        }
    }
}
