package im.gateway.session;

import static im.gateway.session.ClientFrames.ack;
import static im.gateway.session.ClientFrames.cursor;
import static im.gateway.session.ClientFrames.giveUp;
import static im.gateway.session.ClientFrames.send;
import static im.gateway.session.ClientFrames.sync;
import static im.gateway.session.SessionFixture.A;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.Code;
import org.junit.jupiter.api.Test;

/** What keeps an ActiveSession, each by itself; without any of it a session is an idle row (D27). */
class IdleRowTest {
    private final SessionFixture fixture = new SessionFixture();

    @Test
    void aSessionThatIsQuietForTwoHeartbeatsOwnsNone_D27() {
        WireConnection connection = fixture.live();

        fixture.heartbeats(connection, 2);

        assertThat(fixture.metrics.active()).isZero();
        assertThat(connection.closed).isNull();
    }

    @Test
    void aSessionIsKeptForAHeartbeatAfterItWasUsed_D27() {
        WireConnection connection = fixture.idle();
        fixture.deliver(connection, A);
        connection.flush(1);
        fixture.manual.advance(SessionFixture.HEARTBEAT_MILLIS - 250);
        connection.receive(ack("a", 1));
        fixture.writeCursors();

        fixture.manual.advance(SessionFixture.HEARTBEAT_MILLIS - 250);
        assertThat(fixture.metrics.active()).isEqualTo(1);

        fixture.becomeIdle(connection);
    }

    @Test
    void whatIsNotAcknowledgedKeepsIt_D27() {
        WireConnection connection = fixture.live();
        fixture.deliver(connection, A);

        kept(connection);
        connection.receive(ack("a", 1));
        fixture.writeCursors();

        fixture.becomeIdle(connection);
    }

    @Test
    void aCursorThatIsNotDurableKeepsIt_D27() {
        WireConnection connection = fixture.live();
        fixture.deliver(connection, A);
        connection.receive(ack("a", 1));

        kept(connection);
        fixture.writeCursors();

        fixture.becomeIdle(connection);
    }

    @Test
    void catchUpThatIsNotOverKeepsIt_D27() {
        WireConnection connection = fixture.resumed();

        kept(connection);
        fixture.answer();

        fixture.becomeIdle(connection);
    }

    @Test
    void cursorsThatAreStillToComeKeepIt_D27() {
        WireConnection connection =
                fixture.hello(ClientFrames.hello(1).setClientCursors(true).build());

        kept(connection);
        connection.receive(ClientFrames.resume(true));
        fixture.answer();

        fixture.becomeIdle(connection);
    }

    @Test
    void aRepairThatIsUnderWayKeepsIt_D27() {
        WireConnection connection = fixture.live(cursor("a", 0));
        fixture.append(A);
        fixture.deliver(connection, A);

        kept(connection);
        fixture.answer();
        connection.receive(ack("a", 2));
        fixture.writeCursors();

        fixture.becomeIdle(connection);
    }

    @Test
    void aPageThatIsAskedForKeepsIt_D27() {
        WireConnection connection = fixture.idle();
        connection.receive(sync(5, "a", 0, 10));

        kept(connection);
        fixture.answer();

        fixture.becomeIdle(connection);
    }

    @Test
    void anAckThatWaitsForAHeadKeepsIt_D27() {
        WireConnection connection = fixture.idle();
        connection.receive(ack("a", 1));

        kept(connection);
        fixture.answer();

        fixture.becomeIdle(connection);
    }

    @Test
    void aSendThatIsNotAnsweredKeepsIt_D27() {
        WireConnection connection = fixture.idle();
        connection.receive(send(1, "a", 1));

        kept(connection);
        fixture.log.accept();
        fixture.manual.run();

        fixture.becomeIdle(connection);
    }

    @Test
    void aBlockedConversationKeepsItUntilTheClientGivesUp_D27_D38() {
        WireConnection connection = fixture.idle();
        connection.receive(send(1, "a", 1));
        fixture.log.refuse(Code.UNAVAILABLE);
        fixture.manual.run();

        kept(connection);
        connection.receive(giveUp("a"));

        fixture.becomeIdle(connection);
    }

    @Test
    void bytesThatTheSocketHasNotTakenKeepIt_D27() {
        WireConnection connection = fixture.idle();
        connection.receive(sync(5, "a", 0, 10));
        fixture.answer();

        for (int i = 0; i < 8; i++) {
            connection.receive(ClientFrames.ping());
            fixture.manual.advance(SessionFixture.HEARTBEAT_MILLIS / 4);
        }

        assertThat(fixture.metrics.active()).isEqualTo(1);
        fixture.becomeIdle(connection);
    }

    @Test
    void whatASessionOwnedEndsWithItsConnection() {
        WireConnection connection = fixture.live();

        connection.close(im.protocol.CloseReason.PEER, "");

        assertThat(fixture.metrics.active()).isZero();
        assertThat(fixture.routes.size()).isZero();
    }

    @Test
    void aDeviceThatStaysConnectedIsInUseAllTheTime() {
        WireConnection connection = fixture.idle();

        fixture.heartbeats(connection, 1 + 3 * 600);

        assertThat(fixture.metrics.active()).isZero();
        assertThat(fixture.store.touched).hasSizeBetween(2, 4).containsOnly("d");
    }

    private void kept(WireConnection connection) {
        fixture.heartbeats(connection, 4);
        assertThat(fixture.metrics.active()).isEqualTo(1);
    }
}
