package im.gateway.delivery;

import java.util.Arrays;

/** The positions of one conversation that are written and not acknowledged, rising, each with its size in bytes. */
final class Unacknowledged {
    private static final long[] NO_POSITIONS = {};
    private static final int[] NO_SIZES = {};

    private long[] positions = NO_POSITIONS;
    private int[] sizes = NO_SIZES;
    private int start;
    private int end;

    void add(long position, int size, Window window) {
        if (end == positions.length) {
            makeRoom();
        }
        positions[end] = position;
        sizes[end++] = size;
        window.take(size);
    }

    private void makeRoom() {
        int count = end - start;
        int length = count * 2 >= positions.length ? Math.max(2, positions.length * 2) : positions.length;
        positions = Arrays.copyOf(Arrays.copyOfRange(positions, start, end), length);
        sizes = Arrays.copyOf(Arrays.copyOfRange(sizes, start, end), length);
        start = 0;
        end = count;
    }

    boolean isEmpty() {
        return start == end;
    }

    int size() {
        return end - start;
    }

    /** {@link Long#MAX_VALUE} where there is none. */
    long first() {
        return isEmpty() ? Long.MAX_VALUE : positions[start];
    }

    /** 0 where there is none. */
    long last() {
        return isEmpty() ? 0 : positions[end - 1];
    }

    void dropUpTo(long position, Window window) {
        while (start < end && positions[start] <= position) {
            window.giveBack(sizes[start++]);
        }
        if (start == end) {
            start = 0;
            end = 0;
        }
    }

    void dropAbove(long position, Window window) {
        while (end > start && positions[end - 1] > position) {
            window.giveBack(sizes[--end]);
        }
    }
}
