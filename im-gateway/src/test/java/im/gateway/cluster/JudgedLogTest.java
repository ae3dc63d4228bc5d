package im.gateway.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.protocol.ConversationKey;
import im.protocol.MessageId;
import im.protocol.v1.Code;
import im.protocol.v1.MembershipChange;
import im.protocol.v1.MembershipChange.Joining;
import im.protocol.v1.MembershipChange.Kind;
import im.protocol.v1.MembershipChange.Posting;
import im.protocol.v1.Send;
import im.relay.AppendOutcome;
import im.relay.AppendOutcome.Accepted;
import im.relay.AppendOutcome.Refused;
import im.relay.AppendRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Who may say what in a group. */
class JudgedLogTest extends JudgedStage {
    @Test
    void aMemberSendsAndAStrangerIsForbidden_D14() {
        group("g", "a", "b");

        assertThat(say(text("g", "b"), text("g", "b"))).containsExactly(Code.OK, Code.OK);
        groups.applyAll();
        assertThat(say(text("g", "c"), text("g", "c"))).containsExactly(Code.FORBIDDEN, Code.OUT_OF_ORDER);
        assertThat(say(text("h", "c"))).containsExactly(Code.FORBIDDEN);
        assertThat(groups.log).hasSize(3);
    }

    @Test
    void whatIsDirectIsNotJudged() {
        AppendRequest direct = new AppendRequest(
                ConversationKey.direct("a", "b"), "a", new MessageId(1, 1), new byte[16], 1, new byte[0]);

        assertThat(say(direct)).containsExactly(Code.OK);
        assertThat(groups.reads).isZero();
    }

    @Test
    void whatFollowsAChangeInTheBatchIsJudgedByIt() {
        group("g", "a", "b");
        assertThat(say(change("g", "a", settings(Posting.ADMINS)))).containsExactly(Code.OK);
        groups.applyAll();
        timer.scheduleWithFixedDelay(groups::applyAll, 1, 1, TimeUnit.MILLISECONDS);

        assertThat(say(text("g", "a"), change("g", "a", Kind.DISSOLVED), text("g", "a"), text("g", "a")))
                .containsExactly(Code.OK, Code.OK, Code.NOT_FOUND, Code.OUT_OF_ORDER);
    }

    private static MembershipChange.Builder settings(Posting posting) {
        return MembershipChange.newBuilder()
                .setKind(Kind.SETTINGS_CHANGED)
                .setPosting(posting)
                .setJoining(Joining.OPEN);
    }

    @Test
    void theServerNeedsNobodysLeave() {
        group("g", "a", "b");
        AppendRequest removal = change("g", "nobody", Kind.REMOVED, "b");

        assertThat(say(removal)).containsExactly(Code.FORBIDDEN);
        assertThat(say(byServer(removal))).containsExactly(Code.OK);
    }

    @Test
    void boundsAreHeld() {
        group("g", "a", "b", "c");
        assertThat(say(change("g", "a", Kind.ADDED, "d", "e"))).containsExactly(Code.TOO_LARGE);
        assertThat(say(change("g", "a", Kind.ADDED, "d"))).containsExactly(Code.OK);
        groups.applyAll();
        group("h", "a");
        assertThat(say(change("i", "a", Kind.CREATED))).containsExactly(Code.TOO_LARGE);
        assertThat(say(change("h", "a", Kind.DISSOLVED))).containsExactly(Code.OK);
        groups.applyAll();
        assertThat(say(change("i", "a", Kind.CREATED))).containsExactly(Code.OK);
        groups.applyAll();
        assertThat(say(change("i", "b", Kind.CREATED))).containsExactly(Code.CONFLICT);
    }

    @Test
    void aRepeatThatThisNodeKnowsIsNotJudgedAgain() {
        group("g", "a", "b");
        AppendRequest sent = text("g", "b");
        assertThat(say(sent)).containsExactly(Code.OK);
        groups.applyAll();
        assertThat(say(change("g", "a", Kind.REMOVED, "b"))).containsExactly(Code.OK);
        groups.applyAll();
        known.add(sent.messageId());
        log.groupChanged("g", Long.MAX_VALUE);

        asked.clear();
        assertThat(say(sent, text("g", "b"))).containsExactly(Code.OK, Code.FORBIDDEN);
        assertThat(asked).as("at once").containsExactly(2);
    }

    @Test
    void aRepeatOfWhatAnotherNodeAcceptedIsFoundWhereItStands() {
        AppendRequest created = change("g", "a", Kind.CREATED, "b");
        assertThat(say(created)).containsExactly(Code.OK);
        AppendRequest left = change("g", "b", Kind.LEFT);
        groups.applyAll();
        assertThat(say(left)).containsExactly(Code.OK);
        groups.applyAll();

        timer.scheduleWithFixedDelay(groups::applyAll, 1, 1, TimeUnit.MILLISECONDS);
        assertThat(say(later(created))).containsExactly(Code.OK);
        assertThat(say(later(left), text("g", "b"))).containsExactly(Code.OK, Code.FORBIDDEN);
    }

    @Test
    void aStrangersMessageIsLookedForNowhereAndAMembersOnItsOwnLane() {
        group("g", "a", "b");
        assertThat(say(change("g", "c", Kind.ADDED, "c"))).containsExactly(Code.FORBIDDEN);
        assertThat(say(text("h", "c"))).containsExactly(Code.FORBIDDEN);
        assertThat(groups.pageLanes).isEmpty();

        Executor lane = Runnable::run;
        List<AppendOutcome> told = Collections.synchronizedList(new ArrayList<>());
        log.append(List.of(change("g", "b", Kind.ADDED, "c")), lane, told::addAll);
        await().until(() -> told.size() == 1);

        assertThat(told.get(0))
                .isInstanceOfSatisfying(
                        Refused.class, no -> assertThat(no.code()).isEqualTo(Code.FORBIDDEN));
        assertThat(groups.pageLanes).containsExactly(lane);
    }

    @Test
    void anotherMessageUnderTheIdOfOneThatStandsThereIsNoRepeat() {
        group("g", "a", "b");
        AppendRequest sent = text("g", "b");
        assertThat(say(sent)).containsExactly(Code.OK);
        groups.applyAll();
        assertThat(say(change("g", "a", Kind.REMOVED, "b"))).containsExactly(Code.OK);
        groups.applyAll();
        ids--;
        ids--;
        AppendRequest other = request("g", "b", Send.newBuilder().setText("something else"));
        assertThat(other.messageId()).isEqualTo(sent.messageId());

        assertThat(say(other)).containsExactly(Code.FORBIDDEN);
        assertThat(say(later(sent))).containsExactly(Code.OK);
    }

    @Test
    void whoWasAllowedIsNotReadAgainUntilASecondIsOverOrAChangeIsHeardOf() {
        group("g", "a", "b");
        say(text("g", "b"));
        int reads = groups.reads;

        say(text("g", "b"));
        assertThat(groups.reads).isEqualTo(reads);
        log.groupChanged("g", 1);
        say(text("g", "b"));
        assertThat(groups.reads).isEqualTo(reads);
        nanos.addAndGet(FreshStandings.FRESH_NANOS);
        say(text("g", "b"));
        assertThat(groups.reads).isEqualTo(reads + 1);
        log.groupChanged("g", Long.MAX_VALUE);
        say(text("g", "b"));
        assertThat(groups.reads).isEqualTo(reads + 2);
        assertThat(judged("fresh")).isEqualTo(2);
    }

    @Test
    void aStoreThatDoesNotAnswerIsUnavailable() {
        group("g", "a", "b");
        groups.failing = true;

        assertThat(say(text("g", "b"), text("g", "b"))).containsExactly(Code.UNAVAILABLE, Code.OUT_OF_ORDER);
        assertThat(judged("failed")).isEqualTo(1);
    }

    @Test
    void aBatchWaitsForTheOneBeforeItOfTheSameSender_D13() {
        assertThat(say(change("g", "a", Kind.CREATED, "b"))).containsExactly(Code.OK);
        AppendRequest first = text("g", "b");
        AppendRequest second = text("g", "b");

        List<Object> one = begin(first);
        List<Object> two = begin(second);
        timer.execute(groups::applyAll);
        await().until(() -> one.size() + two.size() == 2);

        assertThat(groups.log.subList(1, 3)).containsExactly(first, second);
    }

    @Test
    void whatTheLogRefusesEndsTheBatch() {
        group("g", "a", "b");
        taking.outcome = request -> new Refused(Code.OVERLOADED, "", 5);

        assertThat(say(change("g", "a", Kind.ADDED, "c"), text("g", "a")))
                .containsExactly(Code.OVERLOADED, Code.OUT_OF_ORDER);
        taking.outcome = request -> new Accepted(1);
        assertThat(say(text("g", "a"))).containsExactly(Code.OK);
        assertThat(log.failure()).isEqualTo("full");
    }
}
