package im.relay;

/**
 * Positions in a log of partitions: 5 bits of epoch, 42 bits of the record's offset, 6 bits of the message's place in the
 * record. Records of one partition have rising positions; all stay below 2^53, so that they are exact as doubles.
 */
public final class LogPosition {
    public static final int MAX_EPOCH = 31;
    /** Messages that one record can hold. */
    public static final int MAX_MESSAGES = 64;

    private static final int INDEX_BITS = 6;
    private static final int OFFSET_BITS = 42;
    /** The largest offset of a record. */
    public static final long MAX_OFFSET = (1L << OFFSET_BITS) - 1;

    private LogPosition() {}

    /**
     * @param epoch 1 to {@link #MAX_EPOCH}
     * @param offset 0 or more, below 2^42
     * @param index 0 to {@link #MAX_MESSAGES} - 1
     * @throws IllegalArgumentException when out of bounds
     */
    public static long of(int epoch, long offset, int index) {
        if (epoch < 1 || epoch > MAX_EPOCH || offset < 0 || offset >>> OFFSET_BITS != 0) {
            throw new IllegalArgumentException("no position: epoch=" + epoch + " offset=" + offset);
        }
        if (index < 0 || index >= MAX_MESSAGES) {
            throw new IllegalArgumentException("no place in a record: " + index);
        }
        return (long) epoch << (OFFSET_BITS + INDEX_BITS) | offset << INDEX_BITS | index;
    }

    /** The largest position that a record at that offset can hold: where a view stands that has applied all of it. */
    public static long endOf(int epoch, long offset) {
        return of(epoch, offset, MAX_MESSAGES - 1);
    }

    public static int epoch(long position) {
        return (int) (position >>> (OFFSET_BITS + INDEX_BITS));
    }

    public static long offset(long position) {
        return (position >>> INDEX_BITS) & ((1L << OFFSET_BITS) - 1);
    }

    public static int index(long position) {
        return (int) (position & (MAX_MESSAGES - 1));
    }
}
