package im.relay;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log of partitions as one member of a group that shares them out. Reading is by asking: a partition has at
 * most one {@link #read} under way, and what nobody asked for is held back at the log, so a slow reader costs a bounded
 * piece of memory. Reads may go back and forth. Every stage ends in bounded time, exceptionally when the log does not
 * answer, when the range is not held any more, or when the partition is not this member's (any more). Safe from any
 * thread; no call blocks. Stages complete on the form's own thread, which whoever continues on it must not hold up.
 */
public interface LogReader extends AutoCloseable {

    /** Joins the group; called once. */
    void start(Assignments listener);

    /** {@link Entry#term} where it is not known. */
    int NO_TERM = -1;

    /** What the partition holds, asked of the log now: {@code end} is no older than the call. */
    CompletionStage<LogExtent> extent(int partition);

    /**
     * As {@link #extent}, after making sure that what a view and the group have seen of the partition is still in it (D8).
     * Where the log took another course, or was made anew, a new epoch begins there, durably, before the stage completes;
     * so whoever finds its place asks this first, and reads only behind it.
     *
     * @param seen the position of a view; 0 or less where there is none
     * @param term of the record there, or {@link #NO_TERM}
     */
    CompletionStage<LogExtent> settle(int partition, long seen, int term);

    /**
     * The records from an offset on, in order.
     *
     * @param from an offset that is held, or the end
     * @param maxRecords 1 or more
     * @param maxBytes a slice ends before its values are more than this, but holds one record where there is one
     * @param wait how long to wait at the end of the log before the slice is empty
     */
    CompletionStage<Slice> read(int partition, long from, int maxRecords, int maxBytes, Duration wait);

    /** The first offset whose record the log took at that time or later, in milliseconds since 1970; else the end. */
    CompletionStage<Long> offsetAt(int partition, long timeMs);

    /**
     * Says that everything before an offset is pushed. Best effort: a lost one costs nothing but pushing again. One that
     * was made by a member that has lost the partition is refused by the log.
     */
    CompletionStage<Void> commit(int partition, long next);

    /** Null while the log can be read; otherwise what is wrong, for the readiness page. */
    @Nullable String failure();

    /** Leaves the group, after {@link Assignments#revoked} for what was held. */
    @Override
    void close();

    /** Which partitions are this member's. Called by one thread, in order; must not block. */
    interface Assignments {
        void assigned(int partition);

        /**
         * The partition goes to another member once the stage completes or a bounded time is over; until then reads and
         * commits of it are answered.
         */
        CompletionStage<Void> revoked(int partition);

        /** The partition has been another member's for some time already. */
        void lost(int partition);
    }

    /**
     * @param next the offset to read on from
     * @param end of the log, as far as known
     */
    record Slice(List<Entry> entries, long next, long end) {}

    /**
     * @param timeMs when the log took it, by the log's clock, milliseconds since 1970; may be below that of the one before
     * @param term of the leader that took it: a log that loses its tail goes on under a larger one; {@link #NO_TERM} where
     *     it is not known
     * @param value null where the record has none
     */
    record Entry(long offset, long timeMs, int term, byte @Nullable [] value) {}
}
