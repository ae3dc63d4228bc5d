package im.relay;

import im.relay.group.GroupState;
import im.relay.group.Membership;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Groups in the view that {@link ConversationView} writes: they move with its {@code applied} and in the same step, and
 * are read here by whoever works out what comes next. Stages fail when the store does not answer in time. Safe from any
 * thread; no call blocks.
 */
public interface GroupView {
    /**
     * Groups and members, all as of one position.
     *
     * @param applied where the view stands, or {@link ConversationView#ABSENT}
     * @param states {@link GroupState#NONE} where there is no such group
     * @param members by group and uid; {@link Membership#NEVER} where nothing is known
     */
    record Groups(long applied, Map<String, GroupState> states, Map<String, Map<String, Membership>> members) {}

    /** @param asked groups of this partition, and the uids that matter in each */
    CompletionStage<Groups> groups(int partition, Map<String, Set<String>> asked);

    /**
     * Puts groups as they are at the position to which the view will be moved by {@link ConversationView#skip} (D6). In
     * as many calls as are needed; what an earlier attempt, of whomever, has put there of a group is replaced by the
     * first call that names it.
     *
     * @param expected as in {@link ConversationView#skip}
     * @param attempt a random name of this attempt, which {@link ConversationView#skip} is told too; another one that
     *     begins voids it
     * @param begins whether this is the attempt's first call
     * @return false where the view stands elsewhere, or the attempt is void; nothing was changed then
     */
    CompletionStage<Boolean> restore(
            int partition, long expected, String attempt, boolean begins, List<GroupEffect> effects);
}
