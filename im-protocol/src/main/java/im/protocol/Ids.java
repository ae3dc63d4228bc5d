package im.protocol;

/** What a uid or a device id may be: 1–64 characters of {@code [A-Za-z0-9._@+=-]}, case-sensitive. */
public final class Ids {
    public static final int MAX_LENGTH = 64;

    private Ids() {}

    public static boolean isValid(CharSequence id) {
        int length = id.length();
        if (length == 0 || length > MAX_LENGTH) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (!isAllowed(id.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAllowed(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "._@+=-".indexOf(c) >= 0;
    }
}
