package im.relay.group;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.MembershipChange;
import im.protocol.v1.MembershipChange.Kind;
import im.protocol.v1.MembershipChange.Posting;
import im.protocol.v1.MembershipChange.Role;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class GroupStateTest {
    private static final List<String> UIDS = List.of("a", "b", "c", "d", "e");
    private static final Kind[] KINDS = {
        Kind.ADDED,
        Kind.ADDED,
        Kind.REMOVED,
        Kind.JOINED,
        Kind.LEFT,
        Kind.ROLE_CHANGED,
        Kind.SETTINGS_CHANGED,
        Kind.CREATED
    };

    private GroupState state = GroupState.NONE;
    private final Map<String, Membership> members = new HashMap<>();

    private GroupState.Effect apply(String sender, MembershipChange change, long position) {
        GroupState.Effect effect =
                state.apply(sender, change, position, uid -> members.getOrDefault(uid, Membership.NEVER));
        state = effect.state();
        members.putAll(effect.members());
        return effect;
    }

    private static MembershipChange change(Kind kind, String... uids) {
        return MembershipChange.newBuilder()
                .setKind(kind)
                .addAllUids(List.of(uids))
                .build();
    }

    private static MembershipChange role(Role role, String... uids) {
        return change(Kind.ROLE_CHANGED, uids).toBuilder().setRole(role).build();
    }

    /** The same rules told by sets: who is in with which role, and what each may read. */
    private static final class Model {
        final Map<String, Role> roles = new TreeMap<>();
        final Map<String, Set<Long>> readable = new HashMap<>();
        boolean created;
        boolean dissolved;
        Posting posting = Posting.ALL;

        void apply(String sender, MembershipChange change, long position) {
            Set<String> before = Set.copyOf(roles.keySet());
            if (change.getKind() == Kind.CREATED && !created) {
                created = true;
                roles.put(sender, Role.OWNER);
                change.getUidsList().forEach(uid -> roles.putIfAbsent(uid, Role.MEMBER));
            } else if (created && !dissolved) {
                applyOpen(sender, change);
            }
            Set<String> may = new HashSet<>(before);
            may.addAll(roles.keySet());
            may.forEach(
                    uid -> readable.computeIfAbsent(uid, u -> new HashSet<>()).add(position));
            if (change.getKind() == Kind.DISSOLVED && created) {
                dissolved = true;
                roles.clear();
            }
        }

        private void applyOpen(String sender, MembershipChange change) {
            switch (change.getKind()) {
                case ADDED -> change.getUidsList().forEach(uid -> roles.putIfAbsent(uid, Role.MEMBER));
                case JOINED -> roles.putIfAbsent(sender, Role.MEMBER);
                case REMOVED -> change.getUidsList().forEach(uid -> roles.remove(uid, notOwner(uid)));
                case LEFT -> roles.remove(sender, notOwner(sender));
                case ROLE_CHANGED -> {
                    if (change.getRole() == Role.OWNER) {
                        String heir = change.getUids(0);
                        if (roles.containsKey(heir)) {
                            roles.replaceAll((uid, role) -> role == Role.OWNER ? Role.ADMIN : role);
                            roles.put(heir, Role.OWNER);
                        }
                    } else {
                        change.getUidsList()
                                .forEach(uid -> roles.computeIfPresent(
                                        uid, (u, role) -> role == Role.OWNER ? role : change.getRole()));
                    }
                }
                case SETTINGS_CHANGED -> posting = change.getPosting();
                default -> {}
            }
        }

        private Role notOwner(String uid) {
            Role role = roles.getOrDefault(uid, Role.OWNER);
            return role == Role.OWNER ? Role.UNRECOGNIZED : role;
        }
    }

    @Test
    void itDoesWhatTheModelDoesWhateverIsSaid() {
        for (int seed = 0; seed < 300; seed++) {
            state = GroupState.NONE;
            members.clear();
            run(new Random(seed));
        }
    }

    private void run(Random random) {
        Model model = new Model();
        long position = 0;
        for (int step = 0; step < 60; step++) {
            position += 1 + random.nextInt(3);
            String sender = UIDS.get(random.nextInt(UIDS.size()));
            MembershipChange change = random(random, step == 0 ? Kind.CREATED : KINDS[random.nextInt(KINDS.length)]);
            if (step == 55 && random.nextBoolean()) {
                change = change(Kind.DISSOLVED);
            }
            long before = state.changedAt();
            model.apply(sender, change, position);
            GroupState.Effect effect = apply(sender, change, position);
            assertThat(effect.isNone(new GroupState(
                            state.posting(), state.joining(), "", "", 0, 1, before, state.dissolvedAt())))
                    .isEqualTo(state.changedAt() == before);
            check(model, position);
        }
    }

    private static MembershipChange random(Random random, Kind kind) {
        List<String> some = new ArrayList<>(UIDS);
        java.util.Collections.shuffle(some, random);
        String[] uids = some.subList(0, 1 + random.nextInt(3)).toArray(String[]::new);
        return switch (kind) {
            case JOINED, LEFT -> change(kind);
            case SETTINGS_CHANGED ->
                change(kind).toBuilder()
                        .setPosting(random.nextBoolean() ? Posting.ADMINS : Posting.ALL)
                        .build();
            case ROLE_CHANGED ->
                random.nextInt(3) == 0
                        ? role(Role.OWNER, uids[0])
                        : role(random.nextBoolean() ? Role.ADMIN : Role.MEMBER, uids);
            default -> change(kind, uids);
        };
    }

    private void check(Model model, long last) {
        assertThat(state.members()).isEqualTo(model.roles.size());
        assertThat(state.posting()).isEqualTo(model.posting);
        for (String uid : UIDS) {
            Membership one = members.getOrDefault(uid, Membership.NEVER);
            if (!model.dissolved) {
                assertThat(one.role()).isEqualTo(model.roles.getOrDefault(uid, Role.ROLE_UNSPECIFIED));
                assertThat(state.owner().equals(uid)).isEqualTo(model.roles.get(uid) == Role.OWNER);
            }
            Intervals intervals = one.intervals(state.dissolvedAt());
            long first = intervals.all().isEmpty()
                    ? last + 1
                    : intervals.all().get(0).joined();
            for (long position : model.readable.getOrDefault(uid, Set.of())) {
                assertThat(intervals.contains(position) || position < first)
                        .as("%s at %s", uid, position)
                        .isTrue();
            }
        }
    }

    @Test
    void aStretchHasBothItsEndsAndWhatIsBetweenTwoIsNobodysBusiness_D15() {
        apply("a", change(Kind.CREATED, "b"), 10);
        apply("a", change(Kind.REMOVED, "b"), 20);
        apply("a", change(Kind.ADDED, "b"), 30);

        Intervals intervals = members.getOrDefault("b", Membership.NEVER).intervals(0);

        assertThat(intervals.all()).containsExactly(new Interval(10, 20), new Interval(30, Long.MAX_VALUE));
        assertThat(List.of(9L, 10L, 20L, 21L, 29L, 30L, 99L).stream().map(intervals::contains))
                .containsExactly(false, true, true, false, false, true, true);
        assertThat(List.of(9L, 15L, 25L, 40L).stream().map(intervals::atOrBelow))
                .containsExactly(0L, 15L, 20L, 40L);
        assertThat(intervals.endBefore(new Interval(30, Long.MAX_VALUE))).isEqualTo(20);
        assertThat(intervals.endBefore(new Interval(10, 20))).isZero();
    }

    @Test
    void onlyTheNewestStretchesAreKept() {
        apply("a", change(Kind.CREATED), 1);
        for (int i = 0; i < Membership.MAX_CLOSED + 2; i++) {
            apply("a", change(Kind.ADDED, "b"), 10 + 10 * i);
            apply("a", change(Kind.REMOVED, "b"), 15 + 10 * i);
        }

        List<Interval> closed = members.getOrDefault("b", Membership.NEVER).closed();

        assertThat(closed).hasSize(1 + Membership.MAX_CLOSED);
        assertThat(closed.get(1)).isEqualTo(new Interval(30, 35));
        Intervals intervals = new Intervals(closed);
        assertThat(intervals.floor(0)).isEqualTo(25);
        assertThat(intervals.floor(33)).isEqualTo(33);
        assertThat(intervals.endBefore(closed.get(1))).isEqualTo(25);
        assertThat(List.of(15L, 25L, 26L, 29L).stream().map(intervals::contains))
                .containsOnly(false);
    }

    @Test
    void aDissolvedGroupEndsEverybodysStretchAndNeverBeginsAgain() {
        apply("a", change(Kind.CREATED, "b"), 10);
        apply("a", change(Kind.DISSOLVED), 20);

        GroupState.Effect again = apply("a", change(Kind.CREATED, "c"), 30);

        assertThat(again.members()).isEmpty();
        assertThat(state.isOpen()).isFalse();
        assertThat(members.getOrDefault("b", Membership.NEVER)
                        .intervals(state.dissolvedAt())
                        .all())
                .containsExactly(new Interval(10, 20));
    }
}
