package im.router.redis;

import im.router.RouteDirectory;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A route as it stands in Redis: {@code <attempt> <node> <connection>}, decimal, and behind it {@code <group>} if it has one.
 *
 * @param node packed
 */
record StoredRoute(long attempt, long node, long connection) {

    /** Null for what is no route as far as this version knows. */
    static @Nullable StoredRoute parse(byte[] text) {
        int first = indexOfSpace(text, 0);
        int second = first < 0 ? -1 : indexOfSpace(text, first + 1);
        if (second < 0) {
            return null;
        }
        int third = indexOfSpace(text, second + 1);
        int end = third < 0 ? text.length : third;
        try {
            return new StoredRoute(
                    number(text, 0, first), number(text, first + 1, second), number(text, second + 1, end));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** What stands behind the node. */
    static byte[] place(long connection, int group) {
        String text = group == RouteDirectory.NO_GROUP ? Long.toString(connection) : connection + " " + group;
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static int indexOfSpace(byte[] text, int from) {
        for (int i = from; i < text.length; i++) {
            if (text[i] == ' ') {
                return i;
            }
        }
        return -1;
    }

    private static long number(byte[] text, int from, int to) {
        return Long.parseLong(new String(text, from, to - from, StandardCharsets.US_ASCII));
    }
}
