package im.relay.apply;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.MembershipChange.Role;
import im.relay.GroupEffect;
import im.relay.group.GroupState;
import im.relay.group.Interval;
import im.relay.group.Membership;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KeptGroupsTest {
    private static final Membership PRESENT = new Membership(Role.MEMBER, 64, List.of());
    private static final Membership PAST = new Membership(Role.ROLE_UNSPECIFIED, 0, List.of(new Interval(64, 128)));

    private static GroupState state(long changedAt, long dissolvedAt) {
        return new GroupState(
                GroupState.NONE.posting(), GroupState.NONE.joining(), "", "a", 1, 64, changedAt, dissolvedAt);
    }

    private static GroupEffect effect(long position, long timeMs, GroupState state, Map<String, Membership> members) {
        return new GroupEffect("g", position, timeMs, state, members);
    }

    private static List<GroupEffect> kept(long oldestMs, List<GroupEffect> all) {
        return new KeptGroups(oldestMs, all).of(all);
    }

    @Test
    void whoLeftBeforeTheRetentionIsNobodyAndWhoIsStillThereStays_D16() {
        GroupState state = state(192, 0);
        GroupEffect first = effect(64, 1, state, Map.of("a", PRESENT));
        GroupEffect old = effect(128, 99, state, Map.of("b", PAST, "c", PRESENT));
        GroupEffect alone = effect(130, 99, state, Map.of("e", PAST));
        GroupEffect young = effect(192, 100, state, Map.of("d", PAST));

        assertThat(kept(100, List.of(first, old, alone, young)))
                .containsExactly(first, effect(128, 99, state, Map.of("c", PRESENT)), young);
    }

    @Test
    void ofAGroupThatEndedBeforeTheRetentionOnlyItsStateStays_D16() {
        GroupState state = state(192, 192);
        GroupEffect member = effect(64, 1, state, Map.of("a", PRESENT));
        GroupEffect end = effect(192, 99, state, Map.of());

        assertThat(kept(100, List.of(member, end))).containsExactly(end);
        assertThat(kept(99, List.of(member, end))).containsExactly(member, end);
    }

    @Test
    void theLastChangeOfAGroupStaysForItsStateThoughItIsOldAndOfNobody() {
        GroupEffect last = effect(128, 1, state(128, 0), Map.of("b", PAST));

        assertThat(kept(100, List.of(last))).containsExactly(effect(128, 1, state(128, 0), Map.of()));
    }
}
