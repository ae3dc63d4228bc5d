package im.simulator.chat;

import im.protocol.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/**
 * A pool of payloads in the proportions in which they are sent: mostly short text, some of it in other scripts, data,
 * a few of some KiB, very few at the limit. Made once, so that sending costs no text and a received one is compared
 * with the original, byte for byte.
 */
final class Payloads {
    private static final int POOL = 4_096;
    private static final int LIMIT = Limits.PAYLOAD_BYTES;
    /** Of the pool: one of each form at exactly 64 KiB, sent once in 1 365 messages. */
    private static final int AT_LIMIT = 3;

    private static final String ASCII = "etaoin shrdlu ETAOIN 0123456789 .,!?'\"\\/<>&{}\t\n";
    private static final String CJK = "的一是不了人我在有他这中大来上国日本語の漢字仮名カタカナ한국어말씀";
    private static final String RTL = "שלום עולם مرحبا بالعالم كيف حالك ";
    private static final String[] EMOJI = {"🙂", "👍🏽", "👩‍👩‍👧‍👦", "🏳️‍🌈", "❤️", "🇯🇵", "e\u0301", "\u0000"};

    private final Payload[] pool;

    private Payloads(List<Payload> pool) {
        this.pool = pool.toArray(new Payload[0]);
    }

    /** @param bytes exact size of every payload, or empty for the mix */
    static Payloads of(OptionalInt bytes, SplittableRandom random) {
        List<Payload> pool = new ArrayList<>(POOL);
        if (bytes.isPresent()) {
            addSized(pool, bytes.getAsInt(), random);
        } else {
            addMix(pool, random);
        }
        return new Payloads(pool);
    }

    /** As many as 16 MiB hold, half text, half data. */
    private static void addSized(List<Payload> pool, int bytes, SplittableRandom random) {
        int count = Math.min(POOL, Math.max(16, (16 << 20) / Math.max(1, bytes)));
        for (int i = 0; i < count; i++) {
            pool.add(i % 2 == 0 ? Payload.text(ascii(bytes, random)) : data(bytes, random));
        }
    }

    private static void addMix(List<Payload> pool, SplittableRandom random) {
        pool.add(Payload.text(ascii(LIMIT, random)));
        pool.add(Payload.text(text(CJK, LIMIT / 3, random) + "x"));
        pool.add(data(LIMIT, random));
        for (int i = AT_LIMIT; i < POOL; i++) {
            pool.add(mixed(random));
        }
    }

    private static Payload mixed(SplittableRandom random) {
        int percent = random.nextInt(100);
        int typical = random.nextInt(20, 201);
        if (percent < 2) {
            return percent == 0 ? Payload.text("") : data(0, random);
        } else if (percent < 7) {
            return Payload.text(EMOJI[random.nextInt(EMOJI.length)]);
        } else if (percent < 19) {
            return Payload.text(text(CJK, typical / 3 + 1, random));
        } else if (percent < 25) {
            return Payload.text(text(RTL, typical / 2 + 1, random));
        } else if (percent < 85) {
            return Payload.text(ascii(typical, random));
        } else if (percent < 95) {
            return data(typical, random);
        }
        int large = random.nextInt(1_024, 4_097);
        return percent < 98 ? Payload.text(text(CJK, large / 3, random)) : data(large, random);
    }

    private static Payload data(int bytes, SplittableRandom random) {
        byte[] content = new byte[bytes];
        random.nextBytes(content);
        return Payload.data(content);
    }

    private static String ascii(int bytes, SplittableRandom random) {
        return text(ASCII, bytes, random);
    }

    /** From an alphabet without surrogates. */
    private static String text(String alphabet, int length, SplittableRandom random) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    int count() {
        return pool.length;
    }

    Payload get(int number) {
        return pool[number];
    }
}
