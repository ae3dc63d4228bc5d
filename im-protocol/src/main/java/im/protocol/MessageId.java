package im.protocol;

import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A message's id, made by its sender: a UUID, usually version 7. On the wire it is the canonical lower-case text of 36
 * characters, in log and store 16 bytes.
 */
public record MessageId(long high, long low) {

    /** A new version 7 id: 48 bits of milliseconds, then 74 random bits. */
    public static MessageId create(long epochMillis, RandomGenerator random) {
        long high = (epochMillis << 16) | 0x7000L | (random.nextLong() & 0x0fffL);
        long low = (random.nextLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
        return new MessageId(high, low);
    }

    /** The id that a canonical text names, or null when the text is anything but 36 canonical characters. */
    public static @Nullable MessageId parse(String text) {
        if (text.length() != 36) {
            return null;
        }
        for (int i = 0; i < 36; i++) {
            char c = text.charAt(i);
            boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
            boolean hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
            if (dash ? c != '-' : !hex) {
                return null;
            }
        }
        UUID uuid = UUID.fromString(text);
        return new MessageId(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
    }

    @Override
    public String toString() {
        return new UUID(high, low).toString();
    }
}
