package im.gateway.session;

import static im.gateway.session.ClientFrames.ack;
import static im.gateway.session.SessionFixture.A;
import static im.gateway.session.SessionFixture.words;
import static org.assertj.core.api.Assertions.assertThat;

import im.relay.PlacedMessage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pushes into an idle row: no number is known until one is proved (D28). */
class WokenSessionTest {
    private final SessionFixture fixture = new SessionFixture();
    private WireConnection connection;

    @BeforeEach
    void idle() {
        connection = fixture.idle();
        fixture.store.asked.clear();
    }

    @Test
    void aPushWakesTheSessionAndIsForwardedUnasked() {
        fixture.deliver(connection, A);

        assertThat(words(connection)).containsExactly("D a 1");
        assertThat(fixture.store.asked).isEmpty();
        assertThat(fixture.metrics.active()).isEqualTo(1);
    }

    @Test
    void aDoubledOrOvertakenPushIsForwardedOnce() {
        PlacedMessage first = fixture.deliver(connection, A);
        fixture.deliver(connection, A);

        fixture.push(connection, first);

        assertThat(words(connection)).containsExactly("D a 1", "D a 2");
        assertThat(fixture.count("im.gateway.late.pushes")).isEqualTo(1);
    }

    @Test
    void anAckOfTheLastForwardedProvesTheNumber_D28() {
        fixture.deliver(connection, A);
        connection.receive(ack("a", 1));
        fixture.append(A);

        fixture.deliver(connection, A);
        fixture.answer();

        assertThat(fixture.store.asked).containsExactly("page d|a|me after 1");
        assertThat(words(connection)).containsExactly("D a 1", "D a 2 3");
    }

    @Test
    void anAckBelowTheLastForwardedProvesNothing_D28() {
        fixture.deliver(connection, A);
        fixture.deliver(connection, A);
        connection.receive(ack("a", 1));
        fixture.append(A);

        fixture.deliver(connection, A);

        assertThat(fixture.store.asked).containsExactly("compare");
        assertThat(words(connection)).containsExactly("D a 1", "D a 2");
    }

    @Test
    void aCompareProvesWhatJoinsOnToTheStoredCursor_D28() {
        acknowledgedAndIdle(1);
        fixture.deliver(connection, A);
        fixture.append(A);

        fixture.deliver(connection, A);
        fixture.answer();

        assertThat(words(connection)).containsExactly("D a 2", "D a 3 4");
    }

    @Test
    void aCompareThatProvesNothingGoesBackToTheStoredCursorAndGivesTheWindowBack_D28() {
        // Given 3 and 4 forwarded above a message whose push was lost
        acknowledgedAndIdle(1);
        fixture.append(A);
        fixture.deliver(connection, A);
        fixture.deliver(connection, A);
        fixture.append(A);
        fixture.append(A);

        // When a push shows a hole
        fixture.deliver(connection, A);
        fixture.answer();

        // Then six messages, a whole window, are streamed from the stored cursor
        assertThat(words(connection)).containsExactly("D a 3", "D a 4", "D a 2 3 4 5 6 7");
    }

    @Test
    void aCompareWithNothingMoreInTheStoreProvesToo_D28() {
        // Given a compare that was caused by another conversation
        fixture.deliver(connection, A);
        fixture.deliver(connection, SessionFixture.B);
        fixture.append(SessionFixture.B);
        fixture.deliver(connection, SessionFixture.B);
        fixture.answer();
        connection.received();
        fixture.store.asked.clear();
        fixture.append(A);

        fixture.deliver(connection, A);
        fixture.answer();

        assertThat(fixture.store.asked).containsExactly("page d|a|me after 1");
        assertThat(words(connection)).containsExactly("D a 5 6");
    }

    @Test
    void aCompareTellsOfWhatWasForwardedAlthoughTheDeviceHasIt_D28() {
        // Given a late push of 1 to a device that acknowledged 1 and 2, and a compare that another conversation caused
        PlacedMessage one = fixture.deliver(connection, A);
        PlacedMessage two = fixture.deliver(connection, A);
        connection.receive(ack("a", 2));
        fixture.writeCursors();
        fixture.becomeIdle(connection);
        fixture.store.asked.clear();
        fixture.push(connection, one);
        fixture.deliver(connection, SessionFixture.B);
        fixture.append(SessionFixture.B);
        fixture.deliver(connection, SessionFixture.B);
        fixture.answer();
        connection.received();

        fixture.push(connection, two);

        assertThat(words(connection)).isEmpty();
        assertThat(fixture.store.asked).containsExactly("compare", "page d|b|me after 3");
    }

    @Test
    void aRepairThatFoundTooLittleRoomGoesOnAlthoughNoPushAsksForIt_D31() {
        // Given a page of four messages that a compare asked for, and room for two when it comes
        fixture.deliver(connection, A);
        for (int i = 0; i < 3; i++) {
            fixture.append(A);
        }
        fixture.deliver(connection, A);
        fixture.answerOne();
        fixture.store.execute(0);
        for (int i = 0; i < 3; i++) {
            fixture.deliver(connection, SessionFixture.B);
        }
        fixture.answer();
        assertThat(words(connection)).containsExactly("D a 1", "D b 6", "D b 7", "D b 8", "D a 2 3");

        connection.receive(ack("a", 3));
        connection.receive(ack("b", 8));
        fixture.answer();

        assertThat(words(connection)).containsExactly("D a 4 5");
    }

    @Test
    void pushesAboveAFullWindowNeverSayLagging_D28() {
        for (int i = 0; i <= SessionFixture.WINDOW; i++) {
            fixture.deliver(connection, A);
        }
        fixture.answer();
        assertThat(words(connection)).hasSize(6).allMatch(word -> word.startsWith("D"));

        connection.receive(ack("a", 6));
        fixture.answer();

        assertThat(words(connection)).containsExactly("D a 7");
    }

    @Test
    void aPushThatJoinsOnToARepairNeverSaysLagging_D34() {
        // Given a repair that waits for the window, and that a Sync has overtaken
        for (int i = 0; i <= SessionFixture.WINDOW; i++) {
            fixture.deliver(connection, A);
        }
        fixture.answer();
        connection.receive(ClientFrames.sync(5, "a", 6, 10));
        fixture.answer();
        connection.received();

        fixture.deliver(connection, A);
        connection.receive(ack("a", 6));
        fixture.answer();

        assertThat(words(connection)).containsExactly("D a 8");
    }

    @Test
    void aLatePushOfWhatWasAcknowledgedProvesNoLowerNumber_D28() {
        PlacedMessage one = fixture.deliver(connection, A);
        PlacedMessage two = fixture.deliver(connection, A);
        connection.receive(ack("a", 2));
        fixture.writeCursors();
        fixture.becomeIdle(connection);
        connection.received();
        fixture.push(connection, one);

        connection.receive(ack("a", 2));
        fixture.answer();
        fixture.push(connection, two);

        assertThat(words(connection)).containsExactly("D a 1");
    }

    private void acknowledgedAndIdle(int messages) {
        for (int i = 1; i <= messages; i++) {
            fixture.deliver(connection, A);
            connection.receive(ack("a", i));
        }
        fixture.writeCursors();
        fixture.becomeIdle(connection);
        connection.received();
    }
}
