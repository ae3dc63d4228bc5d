package im.gateway.session;

import static im.gateway.session.ClientFrames.ack;
import static im.gateway.session.ClientFrames.cursor;
import static im.gateway.session.ClientFrames.sync;
import static im.gateway.session.SessionFixture.A;
import static im.gateway.session.SessionFixture.B;
import static im.gateway.session.SessionFixture.words;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.CloseReason;
import im.protocol.v1.Ack;
import im.protocol.v1.Frame;
import im.relay.PlacedMessage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What an honest client may acknowledge, and what becomes of it (D29). */
class AcknowledgementTest {
    private final SessionFixture fixture = new SessionFixture();

    @Test
    void anAckRaisesTheStoredCursorOnce() {
        WireConnection connection = fixture.live(cursor("a", 0));
        fixture.deliver(connection, A);

        connection.receive(ack("a", 1));
        connection.receive(ack("a", 1));
        fixture.store.writeCursor();

        assertThat(fixture.store.hasCursorWrites()).isFalse();
        assertThat(fixture.store.cursors).containsEntry(A, 1L);
        assertThat(words(connection)).containsExactly("D a 1");
    }

    @Test
    void anAckAboveWhatWasDeliveredIsRefusedAndTheConnectionGoesOn_D29() {
        WireConnection connection = fixture.live(cursor("a", 0));
        fixture.deliver(connection, A);
        fixture.append(A);

        connection.receive(ack("a", 2));
        fixture.answer();

        assertThat(words(connection)).containsExactly("D a 1", "error#90 BAD_RANGE");
        assertThat(fixture.store.hasCursorWrites()).isFalse();
        assertThat(connection.closed).isNull();
        assertThat(fixture.count("im.gateway.acknowledgements", "outcome", "refused"))
                .isEqualTo(1);
    }

    @Test
    void aFrameFullOfFalseClaimsIsRefusedOnceAndItsHonestOnesCount() {
        WireConnection connection = fixture.live(cursor("a", 0));
        fixture.deliver(connection, A);
        Ack.Builder ack = Ack.newBuilder();
        IntStream.range(0, 999).forEach(i -> ack.addCursors(cursor("p" + i, 5)));

        connection.receive(Frame.newBuilder()
                .setRef(7)
                .setAck(ack.addCursors(cursor("a", 1)))
                .build());
        fixture.answer();
        fixture.writeCursors();

        assertThat(words(connection)).containsExactly("D a 1", "error#7 BAD_RANGE");
        assertThat(fixture.store.cursors).containsEntry(A, 1L);
        assertThat(fixture.count("im.gateway.acknowledgements", "outcome", "refused"))
                .isEqualTo(999);
    }

    @Test
    void anAckOfWhatResumeBroughtIsTakenAndLiftsAStoredCursorThatFellBack_D21_D29() {
        fixture.append(A);
        WireConnection connection = fixture.resumed(cursor("a", 1));

        connection.receive(ack("a", 1));
        fixture.answer();
        fixture.writeCursors();

        assertThat(words(connection)).containsExactly("caught up");
        assertThat(fixture.store.cursors).containsEntry(A, 1L);
    }

    @Test
    void anAckOfTheStoredCursorNeedsNoHeadAndWritesNothing() {
        fixture.append(A);
        fixture.append(A);
        fixture.store.cursors.put(A, 1L);
        WireConnection connection = fixture.welcomed();
        fixture.answerOne();

        connection.receive(ack("a", 1));

        assertThat(fixture.store.asked).containsExactly("compare", "page d|a|me after 1");
        assertThat(fixture.store.hasCursorWrites()).isFalse();
    }

    @Test
    void anAckOfWhatTheDeviceHadSparesTheStream() {
        // Given a device that has all eight, and a stored cursor that knows nothing of it
        for (int i = 0; i < 8; i++) {
            fixture.append(A);
        }
        WireConnection connection = fixture.welcomed();
        fixture.answer();
        assertThat(words(connection)).containsExactly("C a 1 2 3 4 5 6");

        connection.receive(ack("a", 8));
        fixture.answer();

        assertThat(words(connection)).containsExactly("caught up");
    }

    @Test
    void anAckThatOvertakesAPageSparesThePage() {
        for (int i = 0; i < 3; i++) {
            fixture.append(A);
        }
        WireConnection connection = fixture.welcomed();
        fixture.answerOne();
        fixture.store.execute(0);
        connection.receive(ack("a", 2));
        fixture.store.execute(0);

        fixture.store.answer(1);
        fixture.manual.run();
        fixture.answer();

        assertThat(words(connection)).containsExactly("C a 3", "caught up");
    }

    @Test
    void whatCameInASyncPageMayBeAcknowledged_D29() {
        WireConnection connection = fixture.live(cursor("a", 0));
        IntStream.range(0, 3).forEach(i -> fixture.append(A));
        connection.receive(sync(5, "a", 1, 10));
        fixture.answer();

        connection.receive(ack("a", 3));
        fixture.writeCursors();

        assertThat(words(connection)).containsExactly("page#5 2 3");
        assertThat(fixture.store.cursors).containsEntry(A, 3L);
    }

    @Test
    void anAckBehindALatePushIntoAnIdleRowIsTaken_D29() {
        WireConnection connection = fixture.idle();
        PlacedMessage one = fixture.deliver(connection, A);
        fixture.deliver(connection, A);
        connection.receive(ack("a", 2));
        fixture.writeCursors();
        fixture.becomeIdle(connection);
        fixture.push(connection, one);
        connection.received();

        connection.receive(ack("a", 2));
        fixture.answer();
        fixture.writeCursors();

        assertThat(words(connection)).isEmpty();
        fixture.becomeIdle(connection);
    }

    @Test
    void anAckBehindALatePushIsTakenWhereTheServerKeepsTheCursors_D29() {
        // Given a device that has 1 and 2 from an earlier connection
        PlacedMessage one = fixture.append(A);
        fixture.append(A);
        fixture.store.cursors.put(A, 2L);
        WireConnection connection = fixture.welcomed();
        fixture.answer();

        // When a late push comes, which the device drops and acknowledges with its own number
        fixture.push(connection, one);
        connection.receive(ack("a", 2));
        fixture.answer();
        fixture.writeCursors();
        connection.receive(ack("a", 2));

        assertThat(words(connection)).containsExactly("caught up", "D a 1");
        assertThat(fixture.store.hasReads()).as("the head is asked for once").isFalse();
        fixture.becomeIdle(connection);
    }

    @Test
    void anAckIntoAnIdleRowIsBoundByTheHeadAndNotByTheStoredCursor_D29() {
        WireConnection connection = fixture.idle();
        fixture.append(A);
        fixture.append(A);

        connection.receive(ack("a", 2));
        fixture.answer();
        fixture.writeCursors();

        assertThat(words(connection)).isEmpty();
        assertThat(fixture.store.cursors).containsEntry(A, 2L);
    }

    @Test
    void anAckAboveTheHeadIsRefusedWhenTheHeadIsKnown_D29() {
        WireConnection connection = fixture.idle();
        fixture.append(A);

        connection.receive(ack("a", 2));
        assertThat(words(connection)).isEmpty();
        fixture.answer();

        assertThat(words(connection)).containsExactly("error#90 BAD_RANGE");
        assertThat(fixture.store.hasCursorWrites()).isFalse();
        assertThat(connection.closed).isNull();
    }

    @Test
    void anAckWhoseHeadCannotBeReadWaitsUntilItCan() {
        WireConnection connection = fixture.idle();
        fixture.append(A);
        connection.receive(ack("a", 1));

        fixture.store.fail();
        fixture.store.answer(0);
        fixture.manual.run();
        fixture.manual.advance(100);
        fixture.answer();
        fixture.writeCursors();

        assertThat(fixture.store.cursors).containsEntry(A, 1L);
    }

    @Test
    void aHeadThatIsToldAfterTheConnectionIsHeardByNobody_D37() {
        WireConnection connection = fixture.idle();
        fixture.append(A);
        connection.receive(ack("a", 1));

        connection.close(CloseReason.PEER, "");
        fixture.answer();

        assertThat(fixture.store.hasCursorWrites()).isFalse();
        assertThat(fixture.metrics.active()).isZero();
    }

    @Test
    void aHeadThatCannotBeReadIsNotAskedAgainAfterTheConnection() {
        WireConnection connection = fixture.idle();
        connection.receive(ack("a", 1));
        fixture.store.fail();
        fixture.store.answer(0);
        fixture.manual.run();

        connection.close(CloseReason.PEER, "");
        fixture.manual.advance(1_000);

        assertThat(fixture.store.hasReads()).isFalse();
    }

    @Test
    void headsThatAreAskedForStopReadingUntilTheyAreAnswered() {
        WireConnection connection = fixture.idle();

        connection.receive(acks(300));
        assertThat(connection.reading).isFalse();
        fixture.answer();

        assertThat(connection.reading).isTrue();
        assertThat(fixture.store.hasCursorWrites())
                .as("nothing was acknowledged")
                .isFalse();
    }

    @Test
    void moreThanAThousandCursorsInAFrameAreTooLarge() {
        WireConnection connection = fixture.idle();

        connection.receive(acks(1_001));

        assertThat(words(connection)).containsExactly("error#7 TOO_LARGE");
        assertThat(connection.closed).isNull();
        assertThat(fixture.store.hasReads()).isFalse();
    }

    @Test
    void anAckIsReadUpToTheFirstCursorThatNamesNobody() {
        WireConnection connection = fixture.live(cursor("a", 0));
        fixture.deliver(connection, A);
        Ack.Builder ack = Ack.newBuilder().addCursors(cursor("a", 1));
        IntStream.range(0, 999).forEach(i -> ack.addCursors(cursor("no uid", 1)));

        connection.receive(Frame.newBuilder().setRef(7).setAck(ack).build());

        assertThat(words(connection)).containsExactly("D a 1", "error#7 MALFORMED");
        assertThat(fixture.store.hasCursorWrites()).isTrue();
    }

    @Test
    void anAckOfWhatResumeBroughtIsRefusedAboveTheHead_D29() {
        fixture.append(A);
        WireConnection connection = fixture.resumed(cursor("a", 1_000), cursor("nobody", 5));

        connection.receive(ack("a", 1_000));
        connection.receive(ack("nobody", 5));
        fixture.answer();

        assertThat(words(connection)).containsExactly("caught up", "error#90 BAD_RANGE", "error#90 BAD_RANGE");
        assertThat(fixture.store.hasCursorWrites()).isFalse();
    }

    @Test
    void anAckUpToWhereAPageIsCompleteIsTakenAlsoIfNothingIsHeldAnyMore_D29() {
        for (int i = 0; i < 3; i++) {
            fixture.append(A);
        }
        for (int i = 0; i < SessionFixture.WINDOW; i++) {
            fixture.append(B);
        }
        WireConnection connection = fixture.resumed();
        fixture.answer();
        assertThat(words(connection)).as("the window is full").containsExactly("C b 4 5 6 7 8 9");
        fixture.store.trim(A, 3);
        connection.receive(sync(5, "a", 0, 10));
        fixture.answer();
        assertThat(words(connection)).containsExactly("page#5");

        connection.receive(ack("a", 3));
        fixture.answer();
        fixture.writeCursors();

        assertThat(words(connection)).isEmpty();
        assertThat(fixture.store.cursors).containsEntry(A, 3L);
    }

    private static Frame acks(int count) {
        Ack.Builder ack = Ack.newBuilder();
        IntStream.range(0, count).forEach(i -> ack.addCursors(cursor("p" + i, 0)));
        return Frame.newBuilder().setRef(7).setAck(ack).build();
    }
}
