package im.gateway.session;

import static im.gateway.session.ClientFrames.ping;
import static im.gateway.session.ClientFrames.sendBytes;
import static im.gateway.session.SessionFixture.HEARTBEAT_MILLIS;
import static im.gateway.session.SessionFixture.words;
import static org.assertj.core.api.Assertions.assertThat;

import im.gateway.auth.TokenVerifier.Verdict;
import im.protocol.CloseReason;
import org.junit.jupiter.api.Test;

/** Silence, sockets that take nothing, tokens that end, and reading no more than can be held. */
class LivenessTest {
    private static final int QUARTER = HEARTBEAT_MILLIS / 4;

    private final SessionFixture fixture = new SessionFixture();

    @Test
    void aClientThatSaysNothingForTwoAndAHalfHeartbeatsIsClosed() {
        WireConnection connection = fixture.idle();
        connection.receive(ping());
        connection.received();

        fixture.manual.advance(HEARTBEAT_MILLIS * 5 / 2);
        assertThat(connection.closed).isNull();
        fixture.manual.advance(QUARTER + 1);

        assertThat(connection.closed).isEqualTo(CloseReason.TIMEOUT);
    }

    @Test
    void timeInWhichTheLoopStoodStillIsNotHeldAgainstClients() {
        WireConnection talks = fixture.idle();
        talks.receive(ping());
        talks.received();

        fixture.manual.standStill(HEARTBEAT_MILLIS * 10L);
        fixture.manual.advance(QUARTER);
        talks.receive(ping());
        talks.received();
        fixture.manual.advance(HEARTBEAT_MILLIS * 2);
        assertThat(talks.closed).isNull();
        fixture.manual.advance(HEARTBEAT_MILLIS);

        assertThat(talks.closed).isEqualTo(CloseReason.TIMEOUT);
    }

    @Test
    void aSocketThatTakesNothingForTwoAndAHalfHeartbeatsIsClosedAlthoughPingsArrive() {
        WireConnection connection = fixture.idle();

        for (int i = 0; i < 10; i++) {
            connection.receive(ping());
            fixture.manual.advance(QUARTER);
        }
        assertThat(connection.closed).isNull();
        connection.receive(ping());
        fixture.manual.advance(QUARTER + 1);

        assertThat(connection.closed).isEqualTo(CloseReason.TIMEOUT);
    }

    @Test
    void aSocketThatTakesSomethingNowAndThenIsKept() {
        WireConnection connection = fixture.idle();

        for (int i = 0; i < 40; i++) {
            connection.receive(ping());
            fixture.manual.advance(QUARTER);
            if (i % 8 == 0) {
                connection.flush(1);
            }
        }

        assertThat(connection.closed).isNull();
    }

    @Test
    void aTokenThatEndsEndsTheConnection() {
        fixture.verifier = token -> new Verdict.Valid("me", 2_000_000);
        WireConnection connection = fixture.idle();
        fixture.wallClock(1_999_999);
        fixture.heartbeats(connection, 1);
        assertThat(connection.closed).isNull();

        fixture.wallClock(2_000_000);
        fixture.heartbeats(connection, 1);

        assertThat(connection.closed).isEqualTo(CloseReason.UNAUTHENTICATED);
    }

    @Test
    void unansweredBytesStopReadingUntilTheLogAnswers() {
        WireConnection connection = fixture.idle();
        assertThat(connection.reading).isTrue();

        for (int i = 0; i < 9; i++) {
            connection.receive(sendBytes(i, "p" + i, i, 60_000));
        }
        assertThat(connection.reading).isFalse();
        fixture.log.accept();
        fixture.manual.run();

        assertThat(connection.reading).isTrue();
        assertThat(words(connection)).containsExactly("#0 OK");
    }

    @Test
    void aClientThatIsNotReadIsNotSilent() {
        WireConnection connection = fixture.idle();
        for (int i = 0; i < 9; i++) {
            connection.receive(sendBytes(i, "p" + i, i, 60_000));
        }

        fixture.manual.advance(HEARTBEAT_MILLIS * 5L);

        assertThat(connection.closed).isNull();
    }

    @Test
    void answersThatTheSocketDoesNotTakeStopReadingUntilItDoes() {
        SessionFixture wide = new SessionFixture(256 * 1024, 16);
        WireConnection connection = wide.live(ClientFrames.cursor("a", 0));
        for (int i = 0; i < 4; i++) {
            wide.deliver(connection, SessionFixture.A, 60_000);
        }
        for (int i = 0; connection.reading && i < 10_000; i++) {
            connection.receive(ClientFrames.sync(i, "no uid", 0, 0));
        }
        assertThat(connection.reading).isFalse();
        assertThat(connection.pendingBytes()).isLessThan(258 * 1024);

        connection.received();

        assertThat(connection.reading).isTrue();
    }
}
