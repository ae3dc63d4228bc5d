package im.relay.apply;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.protocol.v1.PushedGroup;
import im.relay.group.GroupState;
import im.relay.group.Membership;
import java.util.HashMap;
import java.util.Map;

/** What groups of a partition must be when all is quiet: what its log makes of them, in view, index and pushes. */
final class GroupCheck {
    private record At(long position, Membership member) {}

    private final RelaySim sim;
    private final ModelView.Slot slot;
    private final Map<Long, ModelLog.Sent> accepted;
    private final Map<String, GroupState> states = new HashMap<>();
    private final Map<String, Map<String, At>> members = new HashMap<>();
    /** By position, of every message of a group. */
    private final Map<Long, Long> changedAt = new HashMap<>();

    private final Map<Long, GroupState.Effect> effects = new HashMap<>();
    /** By position, the log's. */
    private final Map<Long, Long> times = new HashMap<>();

    private long newestMs;

    GroupCheck(RelaySim sim, int partition) {
        this.sim = sim;
        this.slot = sim.view.slot(partition);
        this.accepted = sim.accepted(partition);
        ModelLog.Partition held = sim.log.partitions.get(partition);
        for (ModelLog.Stored record : held.records) {
            newestMs = Math.max(newestMs, record.entry().timeMs());
            for (int i = 0; i < record.messages().size(); i++) {
                times.put(
                        held.extent().position(record.entry().offset(), i),
                        record.entry().timeMs());
            }
        }
        accepted.forEach((position, message) -> {
            if (message.conversation().isGroup()) {
                apply(position, message);
            }
        });
    }

    private void apply(long position, ModelLog.Sent message) {
        String group = message.conversation().group();
        GroupState before = states.getOrDefault(group, GroupState.NONE);
        if (message.change() != null) {
            Map<String, At> known = members.computeIfAbsent(group, name -> new HashMap<>());
            GroupState.Effect effect = before.apply(message.sender(), message.change(), position, uid -> {
                At at = known.get(uid);
                return at == null ? Membership.NEVER : at.member;
            });
            if (!effect.isNone(before)) {
                states.put(group, effect.state());
                effect.members().forEach((uid, member) -> known.put(uid, new At(position, member)));
                effects.put(position, effect);
            }
        }
        changedAt.put(position, states.getOrDefault(group, GroupState.NONE).changedAt());
    }

    void run() {
        String seed = "seed " + sim.world.seed + ": ";
        assertThat(slot.groups).as(seed + "groups").isEqualTo(states);
        members.forEach((group, uids) -> uids.forEach((uid, at) -> check(seed, group, uid, at)));
        sim.groupBus.stream()
                .filter(push -> accepted.containsKey(push.getPosition())
                        && accepted.get(push.getPosition())
                                .conversation()
                                .text()
                                .equals(push.getConversation()))
                .forEach(push -> check(seed, push));
    }

    private void check(String seed, String group, String uid, At at) {
        long end = states.getOrDefault(group, GroupState.NONE).dissolvedAt();
        ModelIndex.Head head = sim.index.of(uid, ConversationKey.group(group));
        Membership found = slot.members.getOrDefault(group, Map.of()).getOrDefault(uid, Membership.NEVER);
        boolean isGone = (end > 0 && isOld(end)) || (!at.member.isMember() && isOld(at.position));
        if (!isGone || !found.equals(Membership.NEVER)) {
            assertThat(isSameButForThePast(found, at.member))
                    .as(seed + "%s in %s is %s, not %s", uid, group, found, at.member)
                    .isTrue();
            assertThat(at.member.closed())
                    .as(seed + "%s in %s", uid, group)
                    .filteredOn(one -> !isOld(one.left()))
                    .isSubsetOf(found.closed());
        }
        if (!isGone || head.position() > 0) {
            assertThat(head.member()).as(seed + "%s has %s", uid, group).isEqualTo(at.member.isMember());
            // An owner who was replaced is named by no change, so a replay of the log does not move its entry.
            assertThat(head.position())
                    .as(seed + "%s has %s since", uid, group)
                    .isGreaterThanOrEqualTo(at.member.isMember() ? at.member.joined() : at.position);
        }
    }

    /** D16: whether it may be forgotten by a view or an index that was lost. */
    private boolean isOld(long position) {
        return times.getOrDefault(position, 0L)
                < newestMs - RelaySim.CONFIG.retention().toMillis();
    }

    static boolean isSameButForThePast(Membership one, Membership other) {
        return one.role() == other.role()
                && one.joined() == other.joined()
                && (one.closed().containsAll(other.closed()) || other.closed().containsAll(one.closed()));
    }

    private void check(String seed, PushedGroup push) {
        assertThat(push.getChangedAt())
                .as(seed + "changed at, of %d", push.getPosition())
                .isEqualTo(changedAt.get(push.getPosition()));
        GroupState.Effect effect = effects.get(push.getPosition());
        assertThat(push.hasChange())
                .as(seed + "changes at %d", push.getPosition())
                .isEqualTo(effect != null);
        if (effect != null) {
            assertThat(push.getChange().getRolesMap().keySet())
                    .isEqualTo(effect.members().keySet());
        }
    }
}
