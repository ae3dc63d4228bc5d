package im.relay.apply;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How far a partition is with catching up: first with the records that it reads again to know its place, then with those
 * that the view lacks. Written on the lane, read from any thread.
 */
final class Progress {
    /** Records below which being behind is nothing to speak of. */
    static final long NOTABLE = 5_000;
    /** The leg in which records are read again that the view has. */
    static final String SCAN = "reading again";

    private static final String LOAD = "loading groups";

    private record Leg(String what, long startMs, long from, long to) {}

    /** Of groups, in events; the partition's records wait meanwhile. */
    private record Loading(long startMs, long events, long of) {}

    private volatile Leg leg = new Leg("", 0, 0, 0);
    private volatile @Nullable Loading loading;
    private volatile long at;
    private volatile long end;

    /** @param from the offset that comes first, {@code to} the one behind the last */
    void begin(String what, long from, long to, long nowMs) {
        loading = null;
        at = from;
        end = to;
        leg = new Leg(what, nowMs, from, to);
    }

    /** Of what became of groups, so many events are read; on any thread, while the lane waits for it. */
    void loaded(long events, long of) {
        Loading before = loading;
        long start =
                before == null || before.of != of ? TimeUnit.NANOSECONDS.toMillis(System.nanoTime()) : before.startMs;
        loading = new Loading(start, events, of);
    }

    void reached(long offset, long endOfLog) {
        loading = null;
        at = offset;
        end = endOfLog;
    }

    /**
     * Nothing goes on, but the log does.
     *
     * @param least where the partition stands at least, for when that is not known yet
     */
    void waits(long least, long endOfLog) {
        Leg current = leg;
        at = current.what.equals(SCAN) ? current.to : Math.max(at, least);
        end = endOfLog;
    }

    /** Records that wait. */
    long lag() {
        return Math.max(0, end - at);
    }

    /** From 0 to 1; 1 when there is nothing to catch up with. */
    double share() {
        Loading groups = loading;
        if (groups != null) {
            return share(groups.events, groups.of);
        }
        Leg current = leg;
        return share(at - current.from, current.to - current.from);
    }

    private static double share(long done, long total) {
        return total <= 0 ? 1 : Math.min(1, (double) Math.max(0, done) / total);
    }

    /** In words with an estimate; null when the partition is about where the log is. */
    @Nullable String text(long nowMs) {
        Loading groups = loading;
        if (groups != null) {
            return text(LOAD, groups.events, groups.of, nowMs - groups.startMs);
        }
        Leg current = leg;
        return text(current.what, Math.max(0, at - current.from), current.to - current.from, nowMs - current.startMs);
    }

    private static @Nullable String text(String what, long done, long total, long elapsed) {
        if (total < NOTABLE || done >= total) {
            return null;
        }
        String estimate = done == 0 || elapsed <= 0
                ? ""
                : String.format(Locale.ROOT, ", about %d s left", (total - done) * elapsed / done / 1000 + 1);
        return String.format(Locale.ROOT, "%s %d %% of %d records%s", what, 100 * done / total, total, estimate);
    }
}
