package im.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.MembershipChange;
import im.protocol.v1.MembershipChange.Joining;
import im.protocol.v1.MembershipChange.Kind;
import im.protocol.v1.MembershipChange.Posting;
import im.protocol.v1.MembershipChange.Role;
import im.protocol.v1.Send;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MembershipRulesTest {

    private static MembershipChange.Builder change(Kind kind, String... uids) {
        return MembershipChange.newBuilder().setKind(kind).addAllUids(List.of(uids));
    }

    private static String judged(MembershipChange.Builder change) {
        return judged(Send.newBuilder().setMembership(change));
    }

    private static String judged(Send.Builder send) {
        MembershipRules.Problem problem = MembershipRules.check(send.build());
        return problem == null ? "" : (problem.tooLarge() ? "too large: " : "malformed: ") + problem.field();
    }

    private static String[] uids(int count) {
        return IntStream.range(0, count).mapToObj(i -> "u" + i).toArray(String[]::new);
    }

    @Test
    void eachKindHasWhatItNeeds() {
        assertThat(judged(change(Kind.CREATED))).isEmpty();
        assertThat(judged(change(Kind.CREATED, "a").setTitle("t").setPosting(Posting.ADMINS)))
                .isEmpty();
        assertThat(judged(change(Kind.ADDED, "a"))).isEmpty();
        assertThat(judged(change(Kind.REMOVED, "a", "b"))).isEmpty();
        assertThat(judged(change(Kind.JOINED))).isEmpty();
        assertThat(judged(change(Kind.LEFT))).isEmpty();
        assertThat(judged(change(Kind.DISSOLVED))).isEmpty();
        assertThat(judged(change(Kind.ROLE_CHANGED, "a", "b").setRole(Role.ADMIN)))
                .isEmpty();
        assertThat(judged(change(Kind.ROLE_CHANGED, "a").setRole(Role.OWNER))).isEmpty();
        assertThat(judged(change(Kind.SETTINGS_CHANGED).setJoining(Joining.OPEN)))
                .isEmpty();
        assertThat(judged(change(Kind.SETTINGS_CHANGED).setTitle("t"))).isEmpty();
    }

    @Test
    void whatAKindLacksOrHasTooMuchIsMalformed() {
        assertThat(judged(change(Kind.KIND_UNSPECIFIED))).isEqualTo("malformed: kind");
        assertThat(judged(MembershipChange.newBuilder().setKindValue(99))).isEqualTo("malformed: kind");
        assertThat(judged(change(Kind.CREATED).setRole(Role.ADMIN))).isEqualTo("malformed: role");
        assertThat(judged(change(Kind.ADDED))).isEqualTo("malformed: membership");
        assertThat(judged(change(Kind.REMOVED, "a").setTitle("t"))).isEqualTo("malformed: membership");
        assertThat(judged(change(Kind.JOINED, "a"))).isEqualTo("malformed: membership");
        assertThat(judged(change(Kind.LEFT).setPosting(Posting.ALL))).isEqualTo("malformed: membership");
        assertThat(judged(change(Kind.DISSOLVED).setRole(Role.OWNER))).isEqualTo("malformed: membership");
        assertThat(judged(change(Kind.ROLE_CHANGED, "a"))).isEqualTo("malformed: membership");
        assertThat(judged(change(Kind.ROLE_CHANGED).setRole(Role.ADMIN))).isEqualTo("malformed: membership");
        assertThat(judged(change(Kind.ROLE_CHANGED, "a", "b").setRole(Role.OWNER)))
                .isEqualTo("malformed: uids");
        assertThat(judged(change(Kind.SETTINGS_CHANGED))).isEqualTo("malformed: membership");
        assertThat(judged(change(Kind.SETTINGS_CHANGED).setPostingValue(9))).isEqualTo("malformed: membership");
        assertThat(judged(Send.newBuilder().setMembership(change(Kind.LEFT)).setContentType("text/plain")))
                .isEqualTo("malformed: content_type");
        assertThat(judged(Send.newBuilder().setMembership(change(Kind.LEFT)).setTransient(true)))
                .isEqualTo("malformed: transient");
    }

    @Test
    void uidsAreIdsAndEachIsNamedOnce() {
        assertThat(judged(change(Kind.ADDED, "a", "b|c"))).isEqualTo("malformed: uids");
        assertThat(judged(change(Kind.ADDED, ""))).isEqualTo("malformed: uids");
        assertThat(judged(change(Kind.ADDED, "a", "a"))).isEqualTo("malformed: uids");
    }

    @Test
    void fiveHundredUidsAreTakenAndNoMore() {
        assertThat(judged(change(Kind.ADDED, uids(499)))).isEmpty();
        assertThat(judged(change(Kind.ADDED, uids(500)))).isEmpty();
        assertThat(judged(change(Kind.ADDED, uids(501)))).isEqualTo("too large: uids");
    }

    @Test
    void aTitleHas256BytesAndNoMore() {
        assertThat(judged(change(Kind.CREATED).setTitle("é".repeat(127) + "x"))).isEmpty();
        assertThat(judged(change(Kind.CREATED).setTitle("é".repeat(128)))).isEmpty();
        assertThat(judged(change(Kind.CREATED).setTitle("é".repeat(128) + "x"))).isEqualTo("too large: title");
    }
}
