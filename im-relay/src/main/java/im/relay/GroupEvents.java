package im.relay;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * What became of groups, kept for ever: one immutable event for each (group, uid, position) and one for each (group,
 * position), so that zombies and repeats are harmless (D16). A view that lost its groups is built again from it, also
 * where the log does not hold their changes any more (D5, D6). Stages fail when nobody knows whether it is written. Safe
 * from any thread; no call blocks.
 */
public interface GroupEvents {

    /** @param effects of groups of this partition; written when the stage completes */
    CompletionStage<Void> write(int partition, List<GroupEffect> effects);

    /**
     * The newest that is known at or below a position, of each group and of each uid in it. Every effect has its group's
     * state as of that position, and those uids of whom it was the last change; so a group comes once or more, and a uid
     * once for each of its groups. By group, positions rising. May take long: all that was ever written is read; fails where
     * that does not go on. Whoever does not want it any more cancels the stage's future.
     */
    CompletionStage<List<GroupEffect>> load(int partition, long upTo, Progress told);

    /**
     * The largest position that events written lately have, 0 where there are none: so far the log has been, if it is there
     * any more or not (D8).
     */
    CompletionStage<Long> newest(int partition);

    /** Hears how far a {@link #load} is. On any thread; must not block. */
    @FunctionalInterface
    interface Progress {
        void read(long records, long of);
    }
}
