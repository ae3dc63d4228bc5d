package im.router.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the server answered: nothing, a number, bytes, or a list of replies. Bytes are as they came, copied once from
 * the socket's buffer, and belong to whoever reads them. A reply of another form than asked for is an error of the
 * script's and its reader's.
 */
public final class Reply {
    private final @Nullable Object value;

    Reply(@Nullable Object value) {
        this.value = value;
    }

    /** Absent, as a key or field that does not exist; {@code false} and {@code nil} of a script. */
    public boolean isNull() {
        return value == null;
    }

    public boolean isList() {
        return value instanceof List;
    }

    /** @throws IllegalStateException when it is no integer, nor its text */
    public long number() {
        return number(value);
    }

    /** @param absent where there is nothing */
    public long numberOr(long absent) {
        return value == null ? absent : number();
    }

    /** @throws IllegalStateException when it is no bytes */
    public byte[] bytes() {
        return bytes(value);
    }

    /** Of bytes that are UTF-8. */
    public String text() {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    /** Of the list; 0 when null. */
    public int size() {
        return value == null ? 0 : list().size();
    }

    public Reply at(int i) {
        return new Reply(list().get(i));
    }

    public boolean isNull(int i) {
        return list().get(i) == null;
    }

    public long number(int i) {
        return number(list().get(i));
    }

    public byte[] bytes(int i) {
        return bytes(list().get(i));
    }

    public String text(int i) {
        return new String(bytes(i), StandardCharsets.UTF_8);
    }

    private static long number(@Nullable Object value) {
        if (value instanceof Long number) {
            return number;
        }
        try {
            return Long.parseLong(new String(bytes(value), StandardCharsets.US_ASCII));
        } catch (NumberFormatException e) {
            throw new IllegalStateException("not a number", e);
        }
    }

    private static byte[] bytes(@Nullable Object value) {
        if (value instanceof byte[] bytes) {
            return bytes;
        }
        throw new IllegalStateException(
                "not bytes: " + (value == null ? "null" : value.getClass().getSimpleName()));
    }

    @SuppressWarnings("unchecked")
    private List<@Nullable Object> list() {
        if (value instanceof List) {
            return (List<@Nullable Object>) value;
        }
        throw new IllegalStateException(
                "not a list: " + (value == null ? "null" : value.getClass().getSimpleName()));
    }
}
