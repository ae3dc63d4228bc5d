package im.gateway.session;

import static im.gateway.session.ClientFrames.ack;
import static im.gateway.session.ClientFrames.cursor;
import static im.gateway.session.SessionFixture.A;
import static im.gateway.session.SessionFixture.B;
import static im.gateway.session.SessionFixture.words;
import static org.assertj.core.api.Assertions.assertThat;

import im.relay.PlacedMessage;
import org.junit.jupiter.api.Test;

/** What is found without a push: D18, D25, D27, D30. */
class TailCheckTest {
    private final SessionFixture fixture = new SessionFixture();

    @Test
    void anIdleRowWhoseLastPushWasLostIsWokenWithinTwoHeartbeats_D18() {
        WireConnection connection = fixture.idle();
        fixture.append(A);

        for (int i = 0; i < 2; i++) {
            fixture.heartbeats(connection, 1);
            fixture.answer();
        }

        assertThat(words(connection)).containsExactly("D a 1");
    }

    @Test
    void aLiveSessionWhoseLastPushWasLostFindsItWithinTwoHeartbeats_D18() {
        WireConnection connection = fixture.live(cursor("a", 0), cursor("b", 0));
        fixture.deliver(connection, B);
        fixture.append(A);

        for (int i = 0; i < 2; i++) {
            fixture.heartbeats(connection, 1);
            fixture.answer();
        }

        assertThat(words(connection)).containsExactly("D b 1", "D a 2");
    }

    @Test
    void aSessionIdleForTwoHeartbeatsOwnsNothingAndStaysSoWhileNothingChanges_D27() {
        WireConnection connection = fixture.idle();
        fixture.store.asked.clear();

        for (int i = 0; i < 5; i++) {
            fixture.heartbeats(connection, 1);
            assertThat(fixture.metrics.active()).isZero();
        }

        assertThat(fixture.store.asked).hasSizeBetween(4, 6).containsOnly("versions");
    }

    @Test
    void theRowTakesTheVersionOnlyWhenWhatItStandsForIsAcknowledged_D27() {
        WireConnection connection = fixture.live(cursor("a", 0));
        fixture.append(A);
        for (int i = 0; i < 3; i++) {
            fixture.heartbeats(connection, 1);
            fixture.answer();
        }
        assertThat(fixture.metrics.active()).as("not acknowledged").isEqualTo(1);

        connection.receive(ack("a", 1));
        fixture.writeCursors();
        fixture.becomeIdle(connection);
        fixture.store.asked.clear();
        fixture.heartbeats(connection, 3);

        assertThat(fixture.store.asked).containsOnly("versions");
    }

    @Test
    void whatIsWrittenAndNotAcknowledgedIsNotWrittenAgainByTheCheck_D30() {
        WireConnection connection = fixture.live(cursor("a", 0));
        fixture.deliver(connection, A);

        for (int i = 0; i < 6; i++) {
            fixture.heartbeats(connection, 1);
            fixture.answer();
        }

        assertThat(words(connection)).containsExactly("D a 1");
    }

    @Test
    void aVersionThatWentBackMeansCompareToo_D26() {
        WireConnection connection = fixture.live(cursor("a", 0));
        PlacedMessage message = fixture.deliver(connection, A);
        connection.receive(ack("a", message.position()));
        fixture.writeCursors();
        fixture.becomeIdle(connection);
        fixture.store.asked.clear();

        if (fixture.manual.loop.find(connection.id()) instanceof Session session) {
            session.tailChecked(0);
        }

        assertThat(fixture.store.asked).containsExactly("compare");
    }

    @Test
    void aCheckThatCannotBeReadIsMadeAgain() {
        WireConnection connection = fixture.idle();
        fixture.append(A);
        fixture.store.versionsAreLate = true;
        fixture.heartbeats(connection, 1);
        fixture.store.fail();
        fixture.store.answer(0);
        fixture.manual.run();
        assertThat(fixture.metrics.active()).isZero();

        for (int i = 0; i < 2; i++) {
            fixture.heartbeats(connection, 1);
            fixture.answer();
        }

        assertThat(words(connection)).containsExactly("D a 1");
    }

    @Test
    void aConnectionThatIsGoneWhenTheAnswerComesIsLeftAlone_D37() {
        WireConnection connection = fixture.idle();
        fixture.append(A);
        fixture.store.versionsAreLate = true;
        fixture.heartbeats(connection, 1);
        connection.close(im.protocol.CloseReason.PEER, "");

        fixture.answer();

        assertThat(fixture.metrics.active()).isZero();
    }

    @Test
    void oneTickTakesMoreSessionsThanOneReadHolds() {
        WireConnection connection = fixture.idle();
        fixture.store.versionsAreLate = true;
        fixture.store.asked.clear();
        TailChecks checks = new TailChecks(fixture.manual.loop, fixture.store);
        Session session = (Session) java.util.Objects.requireNonNull(fixture.manual.loop.find(connection.id()));

        int taken = 0;
        while (taken < 100_000 && checks.add(session)) {
            taken++;
        }
        fixture.manual.run();

        assertThat(taken).as("four reads of 1 024").isEqualTo(4 * 1_024);
        assertThat(fixture.store.asked).containsExactly("versions", "versions", "versions", "versions");
    }

    @Test
    void aCheckThatWaitedForAVerySlowStoreIsMadeAsSoonAsItAnswers() {
        WireConnection connection = fixture.idle();
        fixture.store.versionsAreLate = true;
        fixture.heartbeats(connection, 40);
        fixture.answer();
        fixture.store.asked.clear();

        fixture.heartbeats(connection, 1);

        assertThat(fixture.store.asked).contains("versions");
    }
}
