package im.gateway.session;

import static im.gateway.session.SessionFixture.words;
import static org.assertj.core.api.Assertions.assertThat;

import im.gateway.auth.TokenVerifier.Verdict;
import im.protocol.CloseReason;
import im.protocol.ConversationKey;
import im.protocol.v1.Feature;
import im.protocol.v1.MembershipChange.Kind;
import im.relay.GroupPush;
import im.relay.PlacedMessage;
import im.relay.Wakeups;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sessions and their rooms: what is read first, and which of two answers counts. */
class SessionGroupsTest {
    private static final String G = "g";

    private final ScheduledGroups groups = new ScheduledGroups();
    private final SessionFixture fixture = SessionFixture.withGroups(groups);
    private long attempt = 100;

    @BeforeEach
    void aGroup() {
        groups.change(G, "a", Kind.CREATED, "me");
    }

    /** Welcomed; its groups are asked for and not read yet. */
    private WireConnection welcomed(String device) {
        WireConnection connection = fixture.hello(ClientFrames.hello(++attempt)
                .setDevice(device)
                .addFeatures(Feature.GROUPS)
                .build());
        assertThat(words(connection)).containsExactly("welcome");
        return connection;
    }

    private WireConnection live(String device) {
        WireConnection connection = welcomed(device);
        answer();
        assertThat(words(connection)).containsExactly("caught up");
        return connection;
    }

    private void answer() {
        for (int i = 0; i < 100 && (groups.hasReads() || fixture.store.hasReads()); i++) {
            if (groups.hasReads()) {
                groups.read();
                groups.answer();
            }
            fixture.manual.run();
            fixture.answer();
        }
    }

    private void push(GroupPush push) {
        Wakeups wakeups = new Wakeups();
        fixture.bus.pushGroup(push, wakeups);
        wakeups.flush();
        fixture.manual.run();
    }

    private static void membershipChanged(WireConnection connection) {
        if (connection.listener instanceof Session session) {
            session.membershipChanged(G);
        }
    }

    private static long positions(WireConnection connection) {
        return connection.received().stream()
                .filter(frame -> frame.hasDeliver())
                .mapToLong(frame -> frame.getDeliver().getPlacedCount())
                .sum();
    }

    @Test
    void whoComesWithAnOldStandingReadsAgainAndComparesThen_D23() {
        live("first");
        WireConnection second = welcomed("second");
        groups.read();
        groups.answer();
        fixture.manual.run();
        groups.read();
        push(groups.change(G, "a", Kind.ADDED, "c"));
        groups.answer();
        fixture.manual.run();
        fixture.answer();
        int compares = fixture.store.compares.size();

        fixture.pass(100);
        answer();

        assertThat(fixture.store.compares).hasSizeGreaterThan(compares);
        second.received();
        push(groups.say(G, 1));
        assertThat(positions(second)).isEqualTo(1);
    }

    @Test
    void aDirectMessageDoesNotMakeASessionReadAllItsGroups() {
        WireConnection connection = live("d");
        groups.asked.clear();

        fixture.append(SessionFixture.A);
        fixture.heartbeats(connection, 2);
        answer();

        assertThat(words(connection)).contains("D a 1");
        assertThat(groups.asked).contains("version of me").doesNotContain("groups of me");
        groups.change("h", "a", Kind.CREATED, "me");
        fixture.append(SessionFixture.A);
        fixture.heartbeats(connection, 2);
        answer();
        assertThat(groups.asked).contains("groups of me");
        push(groups.say("h", 1));
        assertThat(positions(connection)).isPositive();
    }

    /** The comparison has seen that it was added, and so the tail check says nothing any more. */
    @Test
    void whoWasAddedBetweenItsRoomsAndTheComparisonEntersAllTheSame_D23() {
        WireConnection connection = live("d");
        fixture.append(SessionFixture.A);
        fixture.heartbeats(connection, 2);
        groups.read();
        groups.answer();
        fixture.manual.run();
        groups.change("h", "a", Kind.CREATED, "me");
        fixture.append(ConversationKey.group("h"));

        answer();
        connection.received();

        push(groups.say("h", 1));
        assertThat(positions(connection)).isPositive();
    }

    @Test
    void whoFindsItselfOutOfAGroupCompares_D23() {
        WireConnection connection = live("d");
        groups.change(G, "a", Kind.REMOVED, "me");
        int compares = fixture.store.compares.size();

        membershipChanged(connection);
        answer();

        assertThat(fixture.store.compares).hasSize(compares + 1);
        push(groups.say(G, 1));
        assertThat(positions(connection)).isZero();
    }

    @Test
    void anOlderAnswerDoesNotUndoANewerOne_D17() {
        groups.change(G, "a", Kind.REMOVED, "me");
        WireConnection connection = live("d");
        membershipChanged(connection);
        groups.read();
        groups.change(G, "a", Kind.ADDED, "me");
        membershipChanged(connection);
        groups.read();

        groups.answerNewest();
        fixture.manual.run();
        groups.answer();
        fixture.manual.run();
        answer();

        push(groups.say(G, 1));
        assertThat(positions(connection)).isEqualTo(1);
    }

    /** Sessions of u0, u1, …, all in one group. */
    private List<WireConnection> crowd(int size) {
        List<WireConnection> many = new ArrayList<>();
        String[] uids = IntStream.range(0, size).mapToObj(i -> "u" + i).toArray(String[]::new);
        groups.change("crowd", "a", Kind.CREATED, uids);
        for (String uid : uids) {
            fixture.verifier = token -> new Verdict.Valid(uid, Long.MAX_VALUE);
            many.add(live("d"));
        }
        return many;
    }

    @Test
    void aDirectMessageWaitsForOneSliceOfALargeGroupAtMost() {
        List<WireConnection> many = crowd(400);
        WireConnection last = many.get(399);
        Wakeups wakeups = new Wakeups();
        fixture.bus.pushGroup(groups.say("crowd", 10), wakeups);
        wakeups.flush();
        fixture.manual.runOne();
        fixture.manual.runOne();
        assertThat(many.stream().mapToLong(SessionGroupsTest::positions).sum()).isEqualTo(128);

        PlacedMessage direct = fixture.store.append(ConversationKey.direct("u399", "a"), 1, 10);
        fixture.manual.execute(() -> {
            if (last.listener instanceof Session session) {
                session.push(direct);
            }
        });
        fixture.manual.runOne();
        fixture.manual.runOne();

        assertThat(words(last)).containsExactly("D a " + direct.position());
        assertThat(many.stream().mapToLong(SessionGroupsTest::positions).sum()).isEqualTo(128);
        fixture.manual.run();
        assertThat(positions(last)).isEqualTo(1);
    }

    @Test
    void aMessageIsEncodedOnceForEachWire() {
        List<WireConnection> many = crowd(6);
        List<CountingWire> wires = List.of(new CountingWire(), new CountingWire(), new CountingWire());
        for (int i = 0; i < 6; i++) {
            many.get(i).wire = wires.get(i % 3);
        }

        push(groups.say("crowd", 10));

        assertThat(many).allSatisfy(one -> assertThat(positions(one)).isEqualTo(1));
        assertThat(wires).extracting(wire -> wire.encodings).containsOnly(1);
    }

    @Test
    void aPushWakesOnlyLoopsThatHaveAMemberOfItsGroup() {
        WireConnection connection = live("d");
        groups.change("h", "a", Kind.CREATED, "b");
        Wakeups wakeups = new Wakeups();
        List<String> woken = new ArrayList<>();

        fixture.bus.pushGroup(groups.say("h", 1), wakeups);
        wakeups.last(() -> woken.add("for another's group"));
        fixture.bus.pushGroup(groups.say(G, 1), wakeups);
        wakeups.last(() -> woken.add("for a member's"));
        wakeups.flush();
        fixture.manual.run();
        assertThat(woken).containsExactly("for a member's");
        assertThat(positions(connection)).isEqualTo(1);

        connection.close(CloseReason.NORMAL, "");
        fixture.bus.pushGroup(groups.say(G, 1), wakeups);
        wakeups.last(() -> woken.add("for nobody"));
        wakeups.flush();
        fixture.manual.run();
        assertThat(woken).containsExactly("for a member's");
    }

    private long asked(String words) {
        return groups.asked.stream().filter(words::equals).count();
    }

    @Test
    void whatIsOlderThanKnownIsReadAgainLaterEachTimeAndComparedOnlyWhenItIsNot_D23() {
        WireConnection connection = live("d");
        groups.lose(true);
        groups.asked.clear();
        int compares = fixture.store.compares.size();
        membershipChanged(connection);

        for (int passed = 0; passed < 750; passed += 50) {
            answer();
            fixture.pass(50);
        }

        assertThat(asked("standing of me in g")).isEqualTo(5);
        assertThat(fixture.store.compares).hasSize(compares);
        groups.lose(false);
        fixture.pass(250);
        answer();
        assertThat(fixture.store.compares).hasSize(compares + 1);
        groups.asked.clear();
        push(groups.say(G, 1));
        assertThat(positions(connection)).isEqualTo(1);
        fixture.pass(750);
        assertThat(asked("standing of me in g")).isZero();
    }

    @Test
    void aGroupThatIsReadAgainIsNotReadTwiceAndKeepsNobodyAwake() {
        WireConnection connection = live("d");
        groups.lose(true);
        for (int i = 0; i < 3; i++) {
            membershipChanged(connection);
            answer();
        }
        groups.asked.clear();

        fixture.heartbeats(connection, 1);
        answer();
        assertThat(asked("standing of me in g")).isEqualTo(1);
        for (int i = 0; i < 4; i++) {
            fixture.heartbeats(connection, 1);
            answer();
        }

        assertThat(fixture.metrics.active()).isZero();
    }

    @Test
    void wordOfAChangeIsReadAtOnceWhateverIsReadAgain_D17() {
        WireConnection connection = live("d");
        groups.lose(true);
        membershipChanged(connection);
        answer();
        groups.lose(false);
        groups.change(G, "a", Kind.REMOVED, "me");

        membershipChanged(connection);
        answer();

        push(groups.say(G, 1));
        assertThat(positions(connection)).isZero();
    }

    @Test
    void aJoiningThatTheViewHasPassedAndDoesNotKnowIsUndone_D8() {
        groups.change("h", "a", Kind.CREATED, "b");
        Runnable lostTail = groups.undo("h");
        groups.change("h", "a", Kind.ADDED, "me");
        WireConnection connection = live("d");
        lostTail.run();
        groups.say("h", 1);
        if (connection.listener instanceof Session session) {
            session.membershipChanged("h");
        }
        answer();
        groups.asked.clear();

        fixture.pass(500);

        assertThat(asked("standing of me in h")).isZero();
    }

    @Test
    void manyWhoAskWhileRoomsAreEnteredAreOneChainAndAreServedByWhatIsReadAfterThem_D23() {
        WireConnection connection = live("d");
        groups.asked.clear();
        fixture.append(SessionFixture.A);

        for (int i = 0; i < 4; i++) {
            fixture.heartbeats(connection, 1);
            fixture.answer();
        }
        assertThat(asked("version of me")).isEqualTo(1);
        int reads = 0;
        for (; groups.hasReads(); reads++) {
            groups.read();
        }
        groups.change("h", "a", Kind.CREATED, "me");
        for (; reads > 0; reads--) {
            groups.answer();
        }
        fixture.manual.run();
        answer();

        assertThat(asked("version of me")).isEqualTo(2);
        assertThat(asked("groups of me")).isEqualTo(1);
        push(groups.say("h", 1));
        assertThat(positions(connection)).isPositive();
    }

    @Test
    void roomsThatCannotBeReadAreAskedForLaterEachTime() {
        WireConnection connection = welcomed("d");
        groups.failing = true;
        groups.asked.clear();

        for (int passed = 0; passed < 1_000; passed += 50) {
            answer();
            fixture.pass(50);
        }

        assertThat(asked("version of me") + asked("groups of me")).isEqualTo(5);
        groups.failing = false;
        fixture.pass(250);
        answer();
        assertThat(words(connection)).containsExactly("caught up");
    }

    @Test
    void aFrameOfARoomThatEmptiesInTheMiddleOfAPushIsGivenBack() {
        List<WireConnection> many = crowd(200);
        var metric = UnpooledByteBufAllocator.DEFAULT.metric();
        long before = metric.usedHeapMemory() + metric.usedDirectMemory();
        GroupPush push = groups.say("crowd", 1_000);
        Wakeups wakeups = new Wakeups();
        fixture.bus.pushGroup(push, wakeups);
        wakeups.flush();
        fixture.manual.runOne();
        fixture.manual.runOne();
        assertThat(positions(many.get(0)) + positions(many.get(199))).isEqualTo(1);

        many.forEach(connection -> connection.close(CloseReason.NORMAL, ""));
        fixture.manual.run();

        assertThat(metric.usedHeapMemory() + metric.usedDirectMemory()).isEqualTo(before);
    }
}
