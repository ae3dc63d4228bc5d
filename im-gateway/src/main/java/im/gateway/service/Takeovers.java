package im.gateway.service;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Counts how often connections of one device take over from one another. Two clients that both believe to be the device
 * would do so for ever; above {@link #MOST} in {@link #WINDOW_MILLIS} the newcomer is refused, and the one that is there
 * stays. A table of fixed size: of two devices that share a slot the later one pushes the other out, so that many who
 * come back at once are never refused for one another. Any thread.
 */
public final class Takeovers {
    public static final int MOST = 5;
    public static final int WINDOW_MILLIS = 10_000;

    private static final int SLOTS = 16_384;
    private static final int COUNT_BITS = 8;
    private static final int MARK_BITS = 16;

    /** When the window began, in milliseconds, a mark of the device, and how many there were. */
    private final AtomicLongArray slots = new AtomicLongArray(SLOTS);

    private final LongSupplier millis;

    /** Odd and secret, so that nobody can choose a device that is taken for somebody else's. */
    private final long multiplier;

    /** @param millis monotonic */
    public Takeovers(LongSupplier millis, RandomGenerator random) {
        this.millis = millis;
        this.multiplier = random.nextLong() | 1;
    }

    /** How long a newcomer should stay away; 0 when it may come. */
    public int retryAfterMillis(String uid, String device) {
        int hash = hash(uid, device);
        long slot = slots.get(index(hash));
        long left = began(slot) + WINDOW_MILLIS - millis.getAsLong();
        return mark(slot) == mark(hash) && count(slot) >= MOST && left > 0 ? (int) left : 0;
    }

    /** One connection of the device has taken over from another. */
    public void happened(String uid, String device) {
        int hash = hash(uid, device);
        long now = millis.getAsLong();
        slots.updateAndGet(index(hash), slot -> {
            boolean same = count(slot) > 0 && mark(slot) == mark(hash) && now - began(slot) < WINDOW_MILLIS;
            return same ? slot - count(slot) + Math.min(MOST, count(slot) + 1) : slot(now, mark(hash));
        });
    }

    private static long slot(long began, long mark) {
        return began << MARK_BITS + COUNT_BITS | mark << COUNT_BITS | 1;
    }

    private static long began(long slot) {
        return slot >> MARK_BITS + COUNT_BITS;
    }

    private static long mark(long slot) {
        return slot >>> COUNT_BITS & 0xffff;
    }

    private static long mark(int hash) {
        return (hash >>> 16) & 0xffffL;
    }

    private static int count(long slot) {
        return (int) (slot & 0xff);
    }

    private static int index(int hash) {
        return hash & (SLOTS - 1);
    }

    /** Spread over all bits: the low ones choose the slot, the high ones are the mark. */
    private int hash(String uid, String device) {
        long hash = add(add(1, uid) * multiplier, device) * multiplier;
        hash = (hash ^ (hash >>> 32)) * 0x9E3779B97F4A7C15L;
        return (int) (hash >>> 32);
    }

    /** Ids hold no character 0, which stands between the two. */
    private long add(long start, String id) {
        long hash = start;
        for (int i = 0; i < id.length(); i++) {
            hash = hash * multiplier + id.charAt(i);
        }
        return hash;
    }
}
