package im.simulator.chat;

import im.protocol.MessageId;
import java.util.random.RandomGenerator;

/**
 * What tells this run from all others that used the same data folder: 42 random bits. They stand in every uid and,
 * with the message's number, in the random part of every message id (a valid version 7 UUID), so that no table is
 * needed to recognize a message. The time in the id is the intended send time.
 *
 * @param tag the bits
 * @param originMillis the wall clock when {@code originNanos} was read
 * @param originNanos the clock of intended send times at that moment
 */
record RunId(long tag, long originMillis, long originNanos) {
    private static final int BITS = 42;
    private static final int LOW_BITS = 30;
    private static final int NUMBER_BITS = 32;
    private static final long VERSION_7 = 0x7000L;
    private static final long VARIANT = 0x8000_0000_0000_0000L;
    private static final int TEXT_LENGTH = 9;

    RunId {
        if (tag < 0 || tag >= 1L << BITS) {
            throw new IllegalArgumentException("run tag: " + tag);
        }
    }

    static RunId choose(RandomGenerator random) {
        return new RunId(random.nextLong(1L << BITS), System.currentTimeMillis(), System.nanoTime());
    }

    MessageId idOf(int message, long intendedNanos) {
        long millis = originMillis + (intendedNanos - originNanos) / 1_000_000;
        return new MessageId((millis << 16) | VERSION_7 | (tag >>> LOW_BITS), low(message));
    }

    private long low(int message) {
        return VARIANT | ((tag & ((1L << LOW_BITS) - 1)) << NUMBER_BITS) | message;
    }

    /** The message's number, or −1 if the id is not of this run. */
    int messageOf(String id) {
        MessageId parsed = MessageId.parse(id);
        if (parsed == null || (parsed.high() & 0xffffL) != (VERSION_7 | (tag >>> LOW_BITS))) {
            return -1;
        }
        int number = (int) parsed.low();
        return number >= 0 && parsed.low() == low(number) ? number : -1;
    }

    /** Nine letters and digits. */
    String text() {
        String digits = Long.toString(tag, Character.MAX_RADIX);
        return "0".repeat(TEXT_LENGTH - digits.length()) + digits;
    }
}
