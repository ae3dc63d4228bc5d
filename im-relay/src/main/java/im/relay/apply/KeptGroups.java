package im.relay.apply;

import im.relay.GroupEffect;
import im.relay.group.Membership;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What of all that is kept of groups for ever still means something: who left a group a retention ago, or was in one that
 * ended then, has nothing of it any more (D16). That there was a group means something for ever. Immutable.
 */
final class KeptGroups {
    private final long oldestMs;
    private final Map<String, Long> ends = new HashMap<>();

    /**
     * @param oldestMs by the log's time; what is older goes
     * @param all as {@link im.relay.GroupEvents#load} answers
     */
    KeptGroups(long oldestMs, List<GroupEffect> all) {
        this.oldestMs = oldestMs;
        for (GroupEffect effect : all) {
            if (effect.position() == effect.state().dissolvedAt()) {
                ends.put(effect.group(), effect.timeMs());
            }
        }
    }

    /** Whether one of those that the effect changed has anything of the group. */
    boolean has(GroupEffect effect, boolean isMember) {
        return ends.getOrDefault(effect.group(), Long.MAX_VALUE) >= oldestMs
                && (isMember || effect.timeMs() >= oldestMs);
    }

    /** Those of the effects, and of each those members, that still mean something; in the same order. */
    List<GroupEffect> of(List<GroupEffect> effects) {
        List<GroupEffect> kept = new ArrayList<>(effects.size());
        for (GroupEffect effect : effects) {
            Map<String, Membership> members = new HashMap<>(effect.members());
            members.values().removeIf(member -> !has(effect, member.isMember()));
            if (!members.isEmpty() || effect.position() == effect.state().changedAt()) {
                kept.add(new GroupEffect(effect.group(), effect.position(), effect.timeMs(), effect.state(), members));
            }
        }
        return kept;
    }
}
