package im.relay;

import java.util.List;

/**
 * What a partition of the log holds at one moment, and which epoch each of its offsets belongs to (D8).
 *
 * @param first the lowest offset held; equal to {@code end} when nothing is
 * @param end the offset that the next record will get, of what is durable by the log's own rules
 * @param committed where the group got to, the next offset it would push; {@link #NONE} when it never said
 * @param epochs at least one, numbers and first offsets rising
 */
public record LogExtent(long first, long end, long committed, List<Epoch> epochs) {
    public static final long NONE = -1;

    /**
     * @param number 1 to {@link LogPosition#MAX_EPOCH}
     * @param firstOffset the lowest offset of the epoch; 0 of the first one unless the topic was made anew
     */
    public record Epoch(int number, long firstOffset) {}

    public LogExtent {
        epochs = List.copyOf(epochs);
        if (epochs.isEmpty() || first < 0 || first > end) {
            throw new IllegalArgumentException("no extent: first=" + first + " end=" + end + " epochs=" + epochs);
        }
        for (int i = 1; i < epochs.size(); i++) {
            if (epochs.get(i).number() <= epochs.get(i - 1).number()
                    || epochs.get(i).firstOffset() < epochs.get(i - 1).firstOffset()) {
                throw new IllegalArgumentException("epochs do not rise: " + epochs);
            }
        }
    }

    /** The youngest epoch, in which the next record will be. */
    public Epoch current() {
        return epochs.get(epochs.size() - 1);
    }

    /** The epoch of the record at an offset. */
    public int epochOf(long offset) {
        return epochOf(epochs, offset);
    }

    /** The epoch of the record at an offset; the first one where none has it. */
    public static int epochOf(List<Epoch> epochs, long offset) {
        for (int i = epochs.size() - 1; i > 0; i--) {
            if (epochs.get(i).firstOffset() <= offset) {
                return epochs.get(i).number();
            }
        }
        return epochs.get(0).number();
    }

    public long position(long offset, int index) {
        return LogPosition.of(epochOf(offset), offset, index);
    }

    /** The position of a view that has the record at that offset and all before it. */
    public long endOf(long offset) {
        return LogPosition.endOf(epochOf(offset), offset);
    }

    /**
     * The position of a view that has all before that offset, of its own epoch or an earlier one, and is at no record of
     * it: 0 where nothing can have been before.
     */
    public long before(long offset) {
        int epoch = epochOf(offset);
        return epoch == 1 && offset == 0 ? 0 : LogPosition.of(epoch, offset, 0) - 1;
    }

    /** The offset of the first record behind a position, whether or not it is held or there yet. */
    public long next(long position) {
        int epoch = LogPosition.epoch(position);
        return epoch < epochs.get(0).number()
                ? epochs.get(0).firstOffset()
                : beforeLater(epochs, epoch, LogPosition.offset(position) + 1);
    }

    /** That offset, or the lowest at which an epoch after that one begins, if that is lower. */
    public static long beforeLater(List<Epoch> epochs, int epoch, long offset) {
        long lowest = offset;
        for (Epoch later : epochs) {
            if (later.number() > epoch) {
                lowest = Math.min(lowest, later.firstOffset());
            }
        }
        return lowest;
    }

    /** Whether a view at that position has seen records of whose offsets a later epoch makes new use. */
    public boolean hasForgotten(long position) {
        long next = next(position);
        // Where a view has been moved over such records, it stands just before that epoch.
        return LogPosition.epoch(position) > 0 && next <= LogPosition.offset(position) && before(next) > position;
    }

    /** Whether a view at that position has seen records that this log does not have: its tail is lost (D8). */
    public boolean isBehind(long position) {
        int epoch = LogPosition.epoch(position);
        return epoch > current().number() || (epoch == current().number() && next(position) > end);
    }
}
