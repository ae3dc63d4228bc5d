package im.gateway.session;

import static im.gateway.session.ClientFrames.ack;
import static im.gateway.session.ClientFrames.cursor;
import static im.gateway.session.ClientFrames.hello;
import static im.gateway.session.ClientFrames.read;
import static im.gateway.session.ClientFrames.send;
import static im.gateway.session.SessionFixture.A;
import static im.gateway.session.SessionFixture.B;
import static im.gateway.session.SessionFixture.words;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.CloseReason;
import im.protocol.Limits;
import im.relay.PlacedMessage;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Sessions over a log, a store and routes that are elsewhere: slow, behind one another, or away. */
class RemoteStoreTest {
    private final SessionFixture fixture = new SessionFixture();

    private void later() {
        fixture.manual.advance(SessionFixture.HEARTBEAT_MILLIS);
        fixture.answer();
    }

    @Test
    void caughtUpWaitsForAHeadThatNoPageShowsYet_D25() {
        PlacedMessage late = fixture.store.place(A, 1, 10);
        fixture.append(B);
        fixture.store.indexed.put(A, late.position());
        fixture.store.messages.computeIfAbsent(A, c -> new java.util.ArrayList<>());
        WireConnection connection = fixture.resumed(cursor("a", 0), cursor("b", 0));
        fixture.answer();
        assertThat(words(connection)).containsExactly("C b 2");

        fixture.store.show(late);
        later();

        assertThat(words(connection)).containsExactly("C a 1", "caught up");
    }

    @Test
    void aPageThatBringsNothingIsNotReadAgainAtOnce_D24() {
        WireConnection connection = fixture.live(cursor("a", 0));
        PlacedMessage first = fixture.store.place(A, 1, 10);
        PlacedMessage second = new PlacedMessage(A, first.position() + 1, first.position(), first.placed());
        fixture.store.asked.clear();

        fixture.push(connection, second);
        fixture.answer();

        assertThat(fixture.store.asked).containsExactly("page " + A.text() + " after 0");
    }

    @Test
    void nobodyHasCaughtUpByAViewThatIsBehindTheCursor_D19() {
        fixture.append(A);
        fixture.store.viewReached = 3;
        WireConnection connection = fixture.resumed(cursor("a", 5));
        fixture.answer();
        later();
        assertThat(words(connection)).isEmpty();

        fixture.store.viewReached = 7;
        later();

        assertThat(words(connection)).containsExactly("caught up");
    }

    @Test
    void whatIsBehindTheCursorInAViewThatIsBehindIsNotWrittenAgain_D19() {
        fixture.store.viewReached = 0;
        fixture.store.messages.put(A, new java.util.ArrayList<>());
        WireConnection connection = fixture.resumed(cursor("a", 2));
        fixture.answer();
        for (int i = 0; i < 3; i++) {
            fixture.append(A);
        }
        fixture.store.viewReached = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            later();
        }

        assertThat(words(connection)).containsExactly("C a 3", "caught up");
    }

    @Test
    void nobodyHasCaughtUpByAViewThatCannotSayUntilWhenItIsComplete_D19_D20() {
        fixture.store.clockMs = 0;
        WireConnection connection = fixture.resumed();
        fixture.answer();
        later();
        assertThat(words(connection)).isEmpty();

        fixture.store.clockMs = 77;
        later();

        assertThat(connection.received().get(0).getCaughtUp().getCompleteAsOfMs())
                .isEqualTo(77);
    }

    @Test
    void aPositionAboveAViewThatIsBehindIsNotCalledFalse_D14_D19() {
        WireConnection connection = fixture.idle();
        fixture.store.viewReached = 4;

        connection.receive(ack("a", 9));
        connection.receive(read(5, "a", 9));
        fixture.answer();
        assertThat(words(connection)).containsExactly("error#90 UNAVAILABLE", "error#5 UNAVAILABLE");

        fixture.store.viewReached = 9;
        connection.receive(ack("a", 9));
        fixture.answer();
        assertThat(words(connection)).containsExactly("error#90 BAD_RANGE");
    }

    @Test
    void aPositionThatThereCanNeverBeIsCalledFalseByAViewThatIsBehindToo_D7() {
        WireConnection connection = fixture.idle();
        fixture.store.viewReached = 4;

        connection.receive(ack("a", Limits.POSITION + 1));
        connection.receive(read(5, "a", Limits.POSITION + 1));
        fixture.answer();
        assertThat(words(connection)).containsExactly("error#90 BAD_RANGE", "error#5 BAD_RANGE");

        connection.receive(ack("a", Limits.POSITION));
        fixture.answer();
        assertThat(words(connection)).containsExactly("error#90 UNAVAILABLE");
    }

    @Test
    void aTailCheckThatFailsIsMadeAgainWithTheNextHeartbeat_D18() {
        fixture.store.versionsAreLate = true;
        WireConnection connection = fixture.idle();
        fixture.append(A);
        fixture.heartbeats(connection, 1);
        fixture.store.fail();
        fixture.store.answer(0);
        fixture.manual.run();
        assertThat(words(connection)).isEmpty();

        for (int i = 0; i < 2; i++) {
            fixture.heartbeats(connection, 1);
            fixture.answer();
        }

        assertThat(words(connection)).containsExactly("D a 1");
    }

    @Test
    void aReadThatFailsIsMadeAgainWhenTheStoreSaysItIsWorthIt() {
        fixture.append(A);
        WireConnection connection = fixture.resumed(cursor("a", 0));
        fixture.store.fail();
        fixture.store.answer(0);
        fixture.manual.run();
        assertThat(fixture.store.asked).containsExactly("compare");

        later();

        assertThat(words(connection)).containsExactly("C a 1", "caught up");
    }

    @Test
    void lostPushesAreFoundAtOnceWhenTheBusSaysSo() {
        WireConnection connection = fixture.idle();
        fixture.heartbeats(connection, 1);
        fixture.append(A);

        fixture.sessions.resync();
        for (int i = 0; i < 2; i++) {
            connection.receive(ClientFrames.ping());
            fixture.manual.advance(SessionFixture.HEARTBEAT_MILLIS / 4);
            fixture.answer();
        }

        connection.arrived.removeIf(im.protocol.v1.Frame::hasPong);
        assertThat(words(connection)).contains("D a 1");
    }

    @Test
    void routesThatCannotBeReadSendAClientAwayForAWhile() {
        HeldRoutes routes = new HeldRoutes();
        SessionFixture remote = new SessionFixture(routes);
        routes.away = true;

        WireConnection connection = remote.hello(hello(1).build());

        assertThat(connection.closed).isEqualTo(CloseReason.OVERLOADED);
        assertThat(connection.closeRetryAfterMs).isPositive();
    }

    @Test
    void aRegistrationWhoseOutcomeIsNotKnownLeavesNoRouteAndNoSession_D23() {
        HeldRoutes routes = new HeldRoutes();
        SessionFixture remote = new SessionFixture(routes);
        WireConnection connection = remote.hello(hello(1).build());

        routes.away = true;
        routes.complete();
        remote.manual.run();

        assertThat(connection.closed).isEqualTo(CloseReason.OVERLOADED);
        assertThat(words(connection)).isEmpty();
        assertThat(routes.memory.size()).isZero();
    }

    @Test
    void aStoreThatIsAwayStopsNoSend() {
        WireConnection connection = fixture.live(cursor("a", 0));
        fixture.append(B);
        fixture.sessions.resync();
        fixture.manual.advance(SessionFixture.HEARTBEAT_MILLIS / 4);

        connection.receive(send(3, "a", 1));
        fixture.manual.run();
        fixture.log.accept();
        fixture.manual.run();

        connection.arrived.removeIf(im.protocol.v1.Frame::hasPong);
        assertThat(words(connection)).containsExactly("#3 OK");
    }

    @Test
    void aDisplacementFromAnotherNodeClosesThatConnectionAndNoOther_D22() {
        WireConnection one = fixture.live("d1", cursor("a", 0));
        WireConnection two = fixture.live("d2", cursor("a", 0));

        fixture.sessions.displaced(one.id());
        fixture.sessions.displaced(Long.MAX_VALUE);
        fixture.sessions.displaced(-1);
        fixture.manual.run();

        assertThat(one.closed).isEqualTo(CloseReason.DISPLACED);
        assertThat(two.closed).isNull();
    }

    @Test
    void whatWasHeldForTooLongIsNotAppendedAnyMore_D12() {
        WireConnection connection = fixture.live(cursor("a", 0));
        connection.receive(send(1, "a", 1));
        connection.receive(send(2, "a", 2));
        connection.receive(send(3, "a", 3));
        fixture.manual.run();

        fixture.nanos = Duration.ofSeconds(76).toNanos();
        fixture.log.accept();
        fixture.manual.run();

        assertThat(words(connection)).containsExactly("#1 OK", "#2 UNAVAILABLE", "#3 OUT_OF_ORDER");
        assertThat(fixture.log.batches).hasSize(1);
    }

    @Test
    void whatWasHeldForLessIsAppended_D12() {
        WireConnection connection = fixture.live(cursor("a", 0));
        connection.receive(send(1, "a", 1));
        connection.receive(send(2, "a", 2));
        fixture.manual.run();

        fixture.nanos = Duration.ofSeconds(75).toNanos();
        fixture.log.accept();
        fixture.manual.run();

        assertThat(fixture.log.batches).hasSize(2);
    }
}
