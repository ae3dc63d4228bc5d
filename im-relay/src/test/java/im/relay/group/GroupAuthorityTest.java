package im.relay.group;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.Code;
import im.protocol.v1.MembershipChange;
import im.protocol.v1.MembershipChange.Joining;
import im.protocol.v1.MembershipChange.Kind;
import im.protocol.v1.MembershipChange.Posting;
import im.protocol.v1.MembershipChange.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Owner "o", admins "a" and "b", member "m"; "x" is a stranger. */
class GroupAuthorityTest {
    private GroupState group = GroupState.NONE;
    private GroupTerms terms = new GroupTerms(true, 5, 2);
    private final Map<String, Membership> members = new HashMap<>();
    private final Map<String, Integer> groupsOf = new HashMap<>();

    @BeforeEach
    void create() {
        say("o", change(Kind.CREATED, "a", "b", "m"), 1);
        say("o", role(Role.ADMIN, "a", "b"), 2);
    }

    private void say(String sender, MembershipChange change, long position) {
        GroupState.Effect effect = group.apply(sender, change, position, this::member);
        group = effect.state();
        members.putAll(effect.members());
    }

    private Membership member(String uid) {
        return members.getOrDefault(uid, Membership.NEVER);
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

    private Code judge(String sender, @Nullable MembershipChange change) {
        GroupAuthority.Refusal refusal =
                GroupAuthority.judge(group, sender, change, this::member, uid -> groupsOf.getOrDefault(uid, 0), terms);
        return refusal == null ? Code.OK : refusal.code();
    }

    private Code judgeServer(String sender, @Nullable MembershipChange change) {
        GroupAuthority.Refusal refusal = GroupAuthority.judgeServer(
                group, sender, change, this::member, uid -> groupsOf.getOrDefault(uid, 0), terms);
        return refusal == null ? Code.OK : refusal.code();
    }

    @Test
    void theServerMayWhatAnOwnerMayAndIsNoMember() {
        assertThat(judgeServer("x", null)).isEqualTo(Code.OK);
        assertThat(judgeServer("x", change(Kind.REMOVED, "a", "m"))).isEqualTo(Code.OK);
        assertThat(judgeServer("x", role(Role.OWNER, "m"))).isEqualTo(Code.OK);
        assertThat(judgeServer("x", change(Kind.DISSOLVED))).isEqualTo(Code.OK);
        assertThat(judgeServer("x", change(Kind.ADDED, "n"))).isEqualTo(Code.OK);
        assertThat(judgeServer("x", change(Kind.REMOVED, "o"))).isEqualTo(Code.FORBIDDEN);
        assertThat(judgeServer("x", change(Kind.JOINED))).isEqualTo(Code.UNSUPPORTED);
        assertThat(judgeServer("x", change(Kind.LEFT))).isEqualTo(Code.UNSUPPORTED);
    }

    @Test
    void theServerKeepsTheBoundsOfGroups() {
        assertThat(judgeServer("x", change(Kind.CREATED))).isEqualTo(Code.CONFLICT);
        assertThat(judgeServer("x", change(Kind.ADDED, "n", "n2"))).isEqualTo(Code.TOO_LARGE);
        groupsOf.put("n", 2);
        assertThat(judgeServer("x", change(Kind.ADDED, "n"))).isEqualTo(Code.TOO_LARGE);
        say("o", change(Kind.DISSOLVED), 3);
        assertThat(judgeServer("x", null)).isEqualTo(Code.NOT_FOUND);
        assertThat(judgeServer("x", change(Kind.ADDED, "n"))).isEqualTo(Code.NOT_FOUND);
    }

    @Test
    void whereOnlyTheServerCreatesGroupsItDoes() {
        group = GroupState.NONE;
        terms = new GroupTerms(false, 5, 2);

        assertThat(judge("n", change(Kind.CREATED))).isEqualTo(Code.FORBIDDEN);
        assertThat(judgeServer("n", change(Kind.CREATED))).isEqualTo(Code.OK);
    }

    @Test
    void membersPostAndStrangersDoNot() {
        assertThat(judge("m", null)).isEqualTo(Code.OK);
        assertThat(judge("x", null)).isEqualTo(Code.FORBIDDEN);
    }

    @Test
    void whereAdminsPostMembersDoNot() {
        say(
                "o",
                change(Kind.SETTINGS_CHANGED).toBuilder()
                        .setPosting(Posting.ADMINS)
                        .build(),
                3);

        assertThat(List.of(judge("o", null), judge("a", null), judge("m", null)))
                .containsExactly(Code.OK, Code.OK, Code.FORBIDDEN);
    }

    @Test
    void adminsAddAndRemoveMembersAndTheOwnerAdminsToo() {
        assertThat(judge("a", change(Kind.ADDED, "x"))).isEqualTo(Code.OK);
        assertThat(judge("m", change(Kind.ADDED, "x"))).isEqualTo(Code.FORBIDDEN);
        assertThat(judge("a", change(Kind.REMOVED, "m"))).isEqualTo(Code.OK);
        assertThat(judge("a", change(Kind.REMOVED, "b"))).isEqualTo(Code.FORBIDDEN);
        assertThat(judge("o", change(Kind.REMOVED, "b"))).isEqualTo(Code.OK);
        assertThat(judge("o", change(Kind.REMOVED, "o"))).isEqualTo(Code.FORBIDDEN);
        assertThat(judge("m", change(Kind.REMOVED, "a"))).isEqualTo(Code.FORBIDDEN);
    }

    @Test
    void whoIsNotInvitedJoinsOnlyWhereThatIsOpen() {
        assertThat(judge("x", change(Kind.JOINED))).isEqualTo(Code.FORBIDDEN);

        say(
                "o",
                change(Kind.SETTINGS_CHANGED).toBuilder()
                        .setJoining(Joining.OPEN)
                        .build(),
                3);

        assertThat(judge("x", change(Kind.JOINED))).isEqualTo(Code.OK);
    }

    @Test
    void everybodyLeavesButTheOwner() {
        assertThat(judge("m", change(Kind.LEFT))).isEqualTo(Code.OK);
        assertThat(judge("a", change(Kind.LEFT))).isEqualTo(Code.OK);
        assertThat(judge("o", change(Kind.LEFT))).isEqualTo(Code.FORBIDDEN);
        assertThat(judge("x", change(Kind.LEFT))).isEqualTo(Code.FORBIDDEN);
    }

    @Test
    void onlyTheOwnerGivesRolesAndDissolves() {
        assertThat(judge("o", role(Role.ADMIN, "m"))).isEqualTo(Code.OK);
        assertThat(judge("a", role(Role.ADMIN, "m"))).isEqualTo(Code.FORBIDDEN);
        assertThat(judge("o", role(Role.ADMIN, "x"))).isEqualTo(Code.NOT_FOUND);
        assertThat(judge("o", role(Role.MEMBER, "o"))).isEqualTo(Code.FORBIDDEN);
        assertThat(judge("o", change(Kind.DISSOLVED))).isEqualTo(Code.OK);
        assertThat(judge("a", change(Kind.DISSOLVED))).isEqualTo(Code.FORBIDDEN);
    }

    @Test
    void whatIsNotThereIsNotFoundAndWhatIsThereIsNotBegunAgain() {
        assertThat(judge("x", change(Kind.CREATED))).isEqualTo(Code.CONFLICT);

        say("o", change(Kind.DISSOLVED), 3);

        assertThat(judge("m", null)).isEqualTo(Code.NOT_FOUND);
        assertThat(judge("o", change(Kind.CREATED))).isEqualTo(Code.CONFLICT);
        group = GroupState.NONE;
        assertThat(judge("x", change(Kind.CREATED))).isEqualTo(Code.OK);
        terms = new GroupTerms(false, 5, 2);
        assertThat(judge("x", change(Kind.CREATED))).isEqualTo(Code.FORBIDDEN);
    }

    @Test
    void aStrangerIsToldTheSameOfAGroupThatIsThereThatWasAndThatNeverWas() {
        List<GroupState> all = new ArrayList<>(List.of(group));
        say("o", change(Kind.DISSOLVED), 3);
        all.add(group);
        all.add(GroupState.NONE);

        for (GroupState one : all) {
            group = one;
            for (MembershipChange change : Arrays.asList(null, change(Kind.JOINED), change(Kind.ADDED, "x"))) {
                assertThat(GroupAuthority.judge(group, "x", change, this::member, uid -> 0, terms))
                        .isEqualTo(new GroupAuthority.Refusal(Code.FORBIDDEN, GroupAuthority.STRANGER));
            }
        }
    }

    @Test
    void aGroupTakesSoManyMembersAndNoMore() {
        assertThat(judge("o", change(Kind.ADDED, "x"))).isEqualTo(Code.OK);
        assertThat(judge("o", change(Kind.ADDED, "m", "x"))).isEqualTo(Code.OK);
        assertThat(judge("o", change(Kind.ADDED, "x", "y"))).isEqualTo(Code.TOO_LARGE);
        group = GroupState.NONE;
        assertThat(judge("x", change(Kind.CREATED, "1", "2", "3", "4"))).isEqualTo(Code.OK);
        assertThat(judge("x", change(Kind.CREATED, "1", "2", "3", "4", "x"))).isEqualTo(Code.OK);
        assertThat(judge("x", change(Kind.CREATED, "1", "2", "3", "4", "5"))).isEqualTo(Code.TOO_LARGE);
    }

    @Test
    void aUidIsInSoManyGroupsAndNoMore() {
        groupsOf.put("x", 1);
        assertThat(judge("o", change(Kind.ADDED, "x"))).isEqualTo(Code.OK);
        groupsOf.put("x", 2);
        assertThat(judge("o", change(Kind.ADDED, "x"))).isEqualTo(Code.TOO_LARGE);
        groupsOf.put("m", 2);
        assertThat(judge("o", change(Kind.ADDED, "m"))).isEqualTo(Code.OK);
    }
}
