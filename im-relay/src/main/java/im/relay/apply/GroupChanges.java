package im.relay.apply;

import im.protocol.v1.MembershipChange.Kind;
import im.protocol.v1.MembershipChange.Role;
import im.relay.GroupEffect;
import im.relay.GroupView;
import im.relay.group.GroupState;
import im.relay.group.Membership;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Works out what the changes of a batch do, one after the other, from groups as they were before it. No state. */
final class GroupChanges {
    private GroupChanges() {}

    /** The uids that matter, by group. */
    static Map<String, Set<String>> asked(List<PlacedChange> changes) {
        Map<String, Set<String>> asked = new HashMap<>();
        for (PlacedChange change : changes) {
            Set<String> uids = asked.computeIfAbsent(change.group(), group -> new HashSet<>());
            uids.add(change.message().sender());
            uids.addAll(change.change().getUidsList());
        }
        return asked;
    }

    /** Owners whom a change makes something else and nobody has named: adds them, and says whether there are any. */
    static boolean addOwners(List<PlacedChange> changes, GroupView.Groups groups, Map<String, Set<String>> asked) {
        boolean more = false;
        for (PlacedChange change : changes) {
            if (change.change().getKind() == Kind.ROLE_CHANGED
                    && change.change().getRole() == Role.OWNER) {
                GroupState state = groups.states().getOrDefault(change.group(), GroupState.NONE);
                Set<String> uids = asked.get(change.group());
                more |= state.isOpen() && uids != null && uids.add(state.owner());
            }
        }
        return more;
    }

    /**
     * Those that have an effect, in the order of their places.
     *
     * @param groups as they are before the first of them, of all that {@code asked} names
     */
    static List<EffectiveChange> reckon(
            List<PlacedChange> changes, GroupView.Groups groups, Map<String, Set<String>> asked) {
        Map<String, GroupState> states = new HashMap<>(groups.states());
        Map<String, Map<String, Membership>> members = new HashMap<>();
        List<EffectiveChange> effective = new ArrayList<>();
        for (PlacedChange placed : changes) {
            String group = placed.group();
            GroupState before = states.getOrDefault(group, GroupState.NONE);
            Map<String, Membership> known = members.computeIfAbsent(
                    group, name -> new HashMap<>(groups.members().getOrDefault(name, Map.of())));
            GroupState.Effect effect = before.apply(
                    placed.message().sender(), placed.change(), placed.message().position(), uid -> {
                        if (!asked.getOrDefault(group, Set.of()).contains(uid)) {
                            throw new IllegalStateException("nobody asked about " + uid + " in " + group);
                        }
                        return known.getOrDefault(uid, Membership.NEVER);
                    });
            if (!effect.isNone(before)) {
                states.put(group, effect.state());
                known.putAll(effect.members());
                effective.add(new EffectiveChange(
                        new GroupEffect(
                                group,
                                placed.message().position(),
                                placed.message().acceptedMs(),
                                effect.state(),
                                effect.members()),
                        before.changedAt()));
            }
        }
        return effective;
    }
}
