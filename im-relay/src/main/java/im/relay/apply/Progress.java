package im.relay.apply;

import java.util.Locale;
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

    private record Leg(String what, long startMs, long from, long to) {}

    private volatile Leg leg = new Leg("", 0, 0, 0);
    private volatile long at;
    private volatile long end;

    /** @param from the offset that comes first, {@code to} the one behind the last */
    void begin(String what, long from, long to, long nowMs) {
        at = from;
        end = to;
        leg = new Leg(what, nowMs, from, to);
    }

    void reached(long offset, long endOfLog) {
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
        Leg current = leg;
        long total = current.to - current.from;
        return total <= 0 ? 1 : Math.min(1, (double) Math.max(0, at - current.from) / total);
    }

    /** In words with an estimate; null when the partition is about where the log is. */
    @Nullable String text(long nowMs) {
        Leg current = leg;
        long total = current.to - current.from;
        long done = Math.max(0, at - current.from);
        if (total < NOTABLE || done >= total) {
            return null;
        }
        long elapsed = nowMs - current.startMs;
        String estimate = done == 0 || elapsed <= 0
                ? ""
                : String.format(Locale.ROOT, ", about %d s left", (total - done) * elapsed / done / 1000 + 1);
        return String.format(
                Locale.ROOT, "%s %d %% of %d records%s", current.what, 100 * done / total, total, estimate);
    }
}
