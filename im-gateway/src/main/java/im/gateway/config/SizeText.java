package im.gateway.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Byte sizes as people write them: a whole number and one of {@code B}, {@code KiB}, {@code MiB}, {@code GiB}. */
final class SizeText {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,9})(B|KiB|MiB|GiB)");
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB"};

    private SizeText() {}

    /** @throws IllegalArgumentException if the text has another form */
    static long parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a size");
        }
        long bytes = Long.parseLong(matcher.group(1));
        for (String unit : UNITS) {
            if (unit.equals(matcher.group(2))) {
                return bytes;
            }
            bytes *= 1024;
        }
        throw new IllegalArgumentException("not a size");
    }

    /** In the largest unit that leaves no rest. */
    static String print(long bytes) {
        int unit = 0;
        long rest = bytes;
        while (rest != 0 && rest % 1024 == 0 && unit < UNITS.length - 1) {
            rest /= 1024;
            unit++;
        }
        return rest + UNITS[unit];
    }
}
