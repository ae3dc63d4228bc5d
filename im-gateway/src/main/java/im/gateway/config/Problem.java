package im.gateway.config;

/**
 * One thing wrong with the configuration, as one line.
 *
 * @param fromFlag whether it stood on the command line: then the caller used the command wrongly
 */
record Problem(String line, boolean fromFlag) {
    private static final int SHOWN = 120;

    static Problem of(String key, String value, String source, boolean fromFlag, String expectation) {
        String shown = value.isEmpty() ? "is not set" : "is \"" + shown(key, value) + "\"";
        return new Problem(escape(key) + " " + shown + " (" + source + "): expected " + expectation, fromFlag);
    }

    static Problem of(String key, RawValue value, String expectation) {
        return of(key, value.text(), value.source(), value.fromFlag(), expectation);
    }

    /** What may be shown of a value: nothing of a password, also where the key is only meant to be one. */
    static String shown(String key, String value) {
        return !value.isEmpty() && key.contains("passw") ? "(secret)" : escape(value);
    }

    /** Control characters as backslash-u, and no more than a line's worth. */
    static String escape(String text) {
        StringBuilder shown = new StringBuilder();
        int length = Math.min(text.length(), SHOWN);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c)) {
                shown.append(String.format("\\u%04x", (int) c));
            } else {
                shown.append(c);
            }
        }
        return text.length() > SHOWN
                ? shown.append("… (")
                        .append(text.length())
                        .append(" characters)")
                        .toString()
                : shown.toString();
    }
}
