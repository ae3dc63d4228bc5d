package im.relay;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * The write side of the conversation store, for whoever applies the log to it. Each partition remembers how far it got,
 * and moves only from there, so that a writer that is behind, a zombie, and a store that lost its end are all told the
 * same way (D1–D3, D6). Stages fail when the store does not answer in time; then nobody knows whether it moved, and the
 * writer asks {@link #state}. Safe from any thread; no call blocks.
 */
public interface ConversationView {
    /** What {@link State#applied} says when nothing is there. */
    long ABSENT = -1;

    /**
     * @param applied position up to which the log is in the view, or {@link #ABSENT}
     * @param term of the record there, as {@link #apply} was told it; {@link LogReader#NO_TERM} when it was not
     */
    record State(long applied, long floor, int term) {}

    CompletionStage<State> state(int partition);

    /**
     * Appends and moves in one step, or does nothing.
     *
     * @param expected where the caller believes the view stands
     * @param applied where it stands afterwards; equal to {@code expected} for a mere comparison (D4)
     * @param term of the record at {@code applied}, kept beside it: whoever reads on checks with it that the log still has
     *     that record (D8); {@link LogReader#NO_TERM} where it is not known
     * @param messages positions in (expected, applied], rising; may be empty
     */
    default CompletionStage<Move> apply(
            int partition, long expected, long applied, int term, List<LoggedMessage> messages) {
        return apply(partition, expected, applied, term, messages, List.of());
    }

    /** @param effects of those of the messages that change groups, positions rising; the groups move with the messages (D15) */
    CompletionStage<Move> apply(
            int partition,
            long expected,
            long applied,
            int term,
            List<LoggedMessage> messages,
            List<GroupEffect> effects);

    /**
     * Moves without messages, over what the log does not hold any more or what is too old to be applied (D6).
     *
     * @param expected as in {@link #apply}, or {@link #ABSENT}: then {@code applied} becomes the floor, below which a
     *     conversation's past is unknown; otherwise (expected, applied] becomes a hole
     * @param attempt that has put groups there by {@link GroupView#restore}: nothing is done where another one has begun
     *     since
     */
    CompletionStage<Move> skip(int partition, long expected, long applied, String attempt);

    /**
     * The empty batch of D4, said by who knows that the log ends there: compares, and notes that all the log took before
     * {@code timeMs} stands at or below {@code expected}. Devices are told with it until when they have everything (D20).
     *
     * @param timeMs by the log's clock; a caller that has only its own takes off how far the two may be apart
     */
    CompletionStage<Move> reached(int partition, long expected, long timeMs);

    /** What became of it. */
    sealed interface Move {
        /**
         * @param prevs for each message the position before it in its conversation, in the order given
         * @param changedAt for each message the place of its group's last change of membership up to and with it; 0
         *     where it is of no group
         */
        record Moved(long[] prevs, long[] changedAt) implements Move {}

        /** @param applied where the view really stands, or {@link #ABSENT}; nothing was changed */
        record Mismatch(long applied) implements Move {}
    }
}
