package im.relay.group;

import java.util.List;

/**
 * What a uid may read of a group's log (D15).
 *
 * @param all rising, not touching each other; the last may be open: its end is {@link Long#MAX_VALUE}
 */
public record Intervals(List<Interval> all) {
    public static final Intervals NONE = new Intervals(List.of());

    public Intervals {
        all = List.copyOf(all);
    }

    public boolean contains(long position) {
        return all.stream().anyMatch(one -> one.joined() <= position && position <= one.left());
    }

    /** The largest position at or below this one that may be read; 0 where there is none. */
    public long atOrBelow(long position) {
        long found = 0;
        for (Interval one : all) {
            if (Math.min(one.joined(), one.left()) <= position) {
                found = Math.min(position, one.left());
            }
        }
        return found;
    }

    /**
     * What stood up to here may have been for the uid and cannot be read any more.
     *
     * @param floor of the group
     */
    public long floor(long floor) {
        long below = atOrBelow(floor);
        return all.isEmpty() || !all.get(0).isEmpty()
                ? below
                : Math.max(below, all.get(0).left());
    }

    /** Where the stretch before {@code one} ends; 0 before the first. */
    public long endBefore(Interval one) {
        return atOrBelow(one.joined() - 1);
    }
}
