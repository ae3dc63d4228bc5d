package im.gateway.session;

import static im.gateway.session.ClientFrames.ack;
import static im.gateway.session.ClientFrames.cursor;
import static im.gateway.session.SessionFixture.A;
import static im.gateway.session.SessionFixture.B;
import static im.gateway.session.SessionFixture.words;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What stays unacknowledged: D31, D32. The wait is 4 heartbeats here, so 4, 8, 16 and 32 until it is parked. */
class RepushTest {
    private static final int WAIT = 4;

    private final SessionFixture fixture = new SessionFixture(WAIT * SessionFixture.HEARTBEAT_MILLIS);
    private final WireConnection connection = fixture.live(cursor("a", 0), cursor("b", 0));

    /** Heartbeats in which everything is answered; how many passed before each frame came. */
    private List<Integer> timesOf(String word, int heartbeats) {
        List<Integer> times = new ArrayList<>();
        for (int i = 1; i <= heartbeats; i++) {
            fixture.heartbeats(connection, 1);
            fixture.answer();
            for (String heard : words(connection)) {
                assertThat(heard).isEqualTo(word);
                times.add(i);
            }
        }
        return times;
    }

    @Test
    void itIsWrittenAgainThreeTimesEachWaitTwiceTheOneBeforeThenParked_D32() {
        fixture.deliver(connection, A);
        assertThat(words(connection)).containsExactly("D a 1");

        List<Integer> times = timesOf("D a 1", 100);

        assertThat(times).hasSize(3);
        assertThat(times.get(0)).isBetween(WAIT, WAIT + 2);
        assertThat(times.get(1) - times.get(0)).isBetween(2 * WAIT, 2 * WAIT + 2);
        assertThat(times.get(2) - times.get(1)).isBetween(4 * WAIT, 4 * WAIT + 2);
        assertThat(fixture.count("im.gateway.parked")).isEqualTo(1);
        assertThat(fixture.count("im.gateway.deliveries", "how", "again")).isEqualTo(3);
        assertThat(connection.closed).isNull();
        assertThat(fixture.metrics.active())
                .as("it keeps its place in the window")
                .isEqualTo(1);
    }

    @Test
    void anAcknowledgementThatMovesStartsItOnceMore_D32() {
        fixture.deliver(connection, A);
        fixture.deliver(connection, A);
        words(connection);
        for (int i = 0; i < 100; i++) {
            fixture.heartbeats(connection, 1);
            fixture.answer();
        }
        words(connection);

        connection.receive(ack("a", 1));
        fixture.writeCursors();

        assertThat(timesOf("D a 2", 100)).hasSize(3);
    }

    @Test
    void anAcknowledgedOneIsNotWrittenAgain_D32() {
        fixture.deliver(connection, A);
        words(connection);
        connection.receive(ack("a", 1));
        fixture.writeCursors();

        assertThat(timesOf("none", 20)).isEmpty();
    }

    @Test
    void nothingIsWrittenAgainWhileSomethingIsQueued_D31() {
        fixture.deliver(connection, A);
        words(connection);
        for (int i = 0; i < 3 * WAIT; i++) {
            fixture.deliver(connection, B, 60);
            if (connection.pendingBytes() > 400) {
                connection.flush(1);
            }
            connection.receive(ClientFrames.ping());
            fixture.manual.advance(SessionFixture.HEARTBEAT_MILLIS / 4);
            if (i == 2) {
                break;
            }
        }
        fixture.store.asked.clear();
        for (int i = 0; i < 8 * WAIT && connection.closed == null; i++) {
            connection.receive(ClientFrames.ping());
            connection.flush(1);
            fixture.manual.advance(SessionFixture.HEARTBEAT_MILLIS / 4);
        }

        assertThat(fixture.store.asked).as("the pongs are always queued").noneMatch(asked -> asked.startsWith("page"));
    }

    @Test
    void aFullWindowOfLostFramesIsWrittenAgainThoughTheStreamWaits_D31_D33() {
        for (int i = 0; i < SessionFixture.WINDOW + 2; i++) {
            fixture.deliver(connection, A);
        }
        fixture.answer();
        words(connection);

        List<String> heard = new ArrayList<>();
        for (int i = 0; i < WAIT + 3; i++) {
            fixture.heartbeats(connection, 1);
            fixture.answer();
            heard.addAll(words(connection));
        }

        assertThat(heard).containsExactly("C a 1 2 3 4 5 6");
    }

    @Test
    void whatIsHeldNoMoreIsToldInsteadOfWrittenAgain_D20() {
        fixture.deliver(connection, A);
        fixture.deliver(connection, A);
        words(connection);
        fixture.store.trim(A, 1);

        List<String> heard = new ArrayList<>();
        for (int i = 0; i < WAIT + 3; i++) {
            fixture.heartbeats(connection, 1);
            fixture.answer();
            heard.addAll(words(connection));
        }

        assertThat(heard).containsExactly("D a 2 truncated 1");
    }
}
