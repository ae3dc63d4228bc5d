package im.gateway.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.protocol.v1.Code;
import im.protocol.v1.MembershipChange.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who may say what in a group whose view is behind the log, or was lost. */
class JudgedViewsTest extends JudgedStage {
    @Test
    void aRefusalThatRestsOnAViewBehindTheLogIsUnavailable_D14() {
        assertThat(say(change("g", "a", Kind.CREATED, "b"))).containsExactly(Code.OK);

        assertThat(say(text("g", "b"))).containsExactly(Code.UNAVAILABLE);
        assertThat(judged("behind")).isEqualTo(1);
        groups.applyAll();
        assertThat(say(text("g", "b"))).containsExactly(Code.OK);
    }

    @Test
    void aViewThatCatchesUpInTimeIsWaitedFor_D14() {
        assertThat(say(change("g", "a", Kind.CREATED, "b"))).containsExactly(Code.OK);

        List<Object> told = begin(text("g", "b"));
        await().until(() -> groups.reads > 3);
        timer.execute(groups::applyAll);

        await().until(() -> told.equals(List.of(Code.OK)));
    }

    @Test
    void whoIsAllowedByAnOlderViewSendsWhateverStandsBehindIt_D14() {
        group("g", "a", "b");
        assertThat(say(change("g", "a", Kind.REMOVED, "b"))).containsExactly(Code.OK);

        // Another node's, since what this one had changed counts at once.
        nanos.addAndGet(FreshStandings.FRESH_NANOS);
        assertThat(say(text("g", "b"))).containsExactly(Code.OK);
    }

    /** a has removed b, and the view is lost and built again as far as before that. */
    private void builtAgainBeforeARemoval() {
        group("g", "a", "b");
        assertThat(say(text("g", "b"))).containsExactly(Code.OK);
        groups.applyAll();
        assertThat(say(change("g", "a", Kind.REMOVED, "b"))).containsExactly(Code.OK);
        groups.applyAll();
        assertThat(say(text("g", "b"))).containsExactly(Code.FORBIDDEN);
        groups.buildAgain(2);
    }

    @Test
    void whoWasRemovedIsNotAllowedByAViewThatIsBuiltAgain_D14() {
        builtAgainBeforeARemoval();

        assertThat(say(text("g", "b"))).containsExactly(Code.UNAVAILABLE);
        assertThat(groups.log).hasSize(3);
        groups.applyAll();
        assertThat(say(text("g", "b"))).containsExactly(Code.FORBIDDEN);
        assertThat(say(text("g", "a"))).containsExactly(Code.OK);
    }

    @Test
    void aNodeThatStartsWhileAViewIsBuiltAgainDoesNotBelieveItEither_D14() {
        builtAgainBeforeARemoval();
        log = node();

        assertThat(say(text("g", "b"))).containsExactly(Code.UNAVAILABLE);
        assertThat(say(text("g", "a"))).containsExactly(Code.UNAVAILABLE);
        groups.applyAll();
        assertThat(say(text("g", "b"))).containsExactly(Code.FORBIDDEN);
        assertThat(say(text("g", "a"))).containsExactly(Code.OK);
    }

    @Test
    void aViewThatWasNotReadForAWhileIsComparedWithTheLogAgain_D14() {
        group("g", "a", "b");
        assertThat(say(text("g", "b"))).containsExactly(Code.OK);
        groups.applyAll();
        JudgedLog quiet = log;
        log = node();
        assertThat(say(change("g", "a", Kind.REMOVED, "b"))).containsExactly(Code.OK);
        groups.buildAgain(2);
        log = quiet;
        nanos.addAndGet(BelievedViews.BELIEVED_NANOS);

        assertThat(say(text("g", "b"))).containsExactly(Code.UNAVAILABLE);
        groups.applyAll();
        assertThat(say(text("g", "b"))).containsExactly(Code.FORBIDDEN);
    }

    @Test
    void aViewThatHadTheLogsEndOnceAllowsWhateverIsAppendedSince_D14() {
        group("g", "a", "b");
        log = node();
        assertThat(say(text("g", "b"))).containsExactly(Code.OK);

        nanos.addAndGet(FreshStandings.FRESH_NANOS);
        assertThat(say(text("g", "b"), text("g", "b"))).containsExactly(Code.OK, Code.OK);
        assertThat(groups.applied).isEqualTo(1);
    }

    @Test
    void whoWasToldOfAChangeHereIsNotAllowedByAViewWithoutIt() {
        group("g", "a", "b");
        say(text("g", "b"));
        groups.applyAll();
        assertThat(say(change("g", "a", Kind.REMOVED, "b"))).containsExactly(Code.OK);

        assertThat(say(text("g", "b"))).containsExactly(Code.UNAVAILABLE);
        groups.applyAll();
        assertThat(say(text("g", "b"))).containsExactly(Code.FORBIDDEN);
    }

    @Test
    void aChangeIsJudgedByAViewThatHasEveryChangeThatWasAcceptedBefore() {
        group("g", "a", "b");
        assertThat(say(change("g", "a", Kind.REMOVED, "b"))).containsExactly(Code.OK);

        assertThat(say(change("g", "b", Kind.LEFT))).containsExactly(Code.UNAVAILABLE);
        groups.applyAll();
        assertThat(say(change("g", "b", Kind.LEFT))).containsExactly(Code.FORBIDDEN);
    }

    @Test
    void theServersMessagesWaitForNoView() {
        group("g", "a", "b");
        assertThat(say(byServer(text("g", "system")))).containsExactly(Code.OK);
        int ends = groups.ends;

        assertThat(say(byServer(text("g", "system")))).containsExactly(Code.OK);
        assertThat(say(byServer(text("g", "system")), byServer(text("g", "system"))))
                .containsExactly(Code.OK, Code.OK);
        assertThat(groups.ends).isEqualTo(ends);
        assertThat(groups.applied).isEqualTo(1);
    }

    @Test
    void theServerSendsAtOnceIntoAGroupThatItHasMadeOnThisNodeOrAnother() {
        assertThat(say(byServer(change("g", "system", Kind.CREATED, "b")))).containsExactly(Code.OK);
        List<Object> here = begin(byServer(text("g", "system")));
        log = node();
        List<Object> there = begin(byServer(text("g", "system")));
        timer.execute(groups::applyAll);

        await().until(() -> here.equals(List.of(Code.OK)) && there.equals(List.of(Code.OK)));
    }
}
