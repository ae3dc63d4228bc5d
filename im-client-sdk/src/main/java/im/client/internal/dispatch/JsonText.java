package im.client.internal.dispatch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a small JSON text into maps, lists, strings, numbers as their text, booleans and null, so that nobody has to
 * carry a library for one page. Strict where it matters: one value, at most eight levels, nothing after it.
 */
final class JsonText {
    private static final int MAX_DEPTH = 8;

    private final String text;
    private int at;

    private JsonText(String text) {
        this.text = text;
    }

    /** @throws IllegalArgumentException for what is no JSON, with where it stopped being one */
    static @Nullable Object parse(String text) {
        JsonText json = new JsonText(text);
        Object value = json.value(MAX_DEPTH);
        json.blanks();
        if (json.at < text.length()) {
            throw json.wrong("something after the value");
        }
        return value;
    }

    private @Nullable Object value(int depth) {
        blanks();
        if (depth == 0) {
            throw wrong("too deep");
        }
        return switch (peek()) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> string();
            default -> word();
        };
    }

    private Map<String, @Nullable Object> object(int depth) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        expect('{');
        blanks();
        if (!took('}')) {
            do {
                blanks();
                String name = string();
                blanks();
                expect(':');
                fields.put(name, value(depth - 1));
                blanks();
            } while (took(','));
            expect('}');
        }
        return fields;
    }

    private List<@Nullable Object> array(int depth) {
        List<@Nullable Object> values = new ArrayList<>();
        expect('[');
        blanks();
        if (!took(']')) {
            do {
                values.add(value(depth - 1));
                blanks();
            } while (took(','));
            expect(']');
        }
        return values;
    }

    private String string() {
        expect('"');
        StringBuilder string = new StringBuilder();
        while (!took('"')) {
            char c = next();
            if (c < ' ') {
                throw wrong("a control character");
            }
            string.append(c == '\\' ? escaped() : c);
        }
        return string.toString();
    }

    private char escaped() {
        char c = next();
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default -> throw wrong("an escape that is none");
        };
    }

    private char unicode() {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            int digit = Character.digit(next(), 16);
            if (digit < 0) {
                throw wrong("an escape that is none");
            }
            code = code * 16 + digit;
        }
        return (char) code;
    }

    /** true, false, null or a number, as it stands there. */
    private @Nullable Object word() {
        int start = at;
        while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        String word = text.substring(start, at);
        if (word.equals("null")) {
            return null;
        }
        if (word.equals("true") || word.equals("false")) {
            return word.equals("true");
        }
        if (!word.matches("-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?")) {
            throw wrong("no value");
        }
        return word;
    }

    private void blanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private char peek() {
        if (at >= text.length()) {
            throw wrong("the end");
        }
        return text.charAt(at);
    }

    private char next() {
        char c = peek();
        at++;
        return c;
    }

    private boolean took(char wanted) {
        boolean is = peek() == wanted;
        at += is ? 1 : 0;
        return is;
    }

    private void expect(char wanted) {
        if (!took(wanted)) {
            throw wrong("no " + wanted);
        }
    }

    private IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException("not JSON: " + what + " at " + at);
    }
}
