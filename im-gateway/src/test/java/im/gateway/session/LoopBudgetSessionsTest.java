package im.gateway.session;

import static im.gateway.session.ClientFrames.ack;
import static im.gateway.session.ClientFrames.cursor;
import static im.gateway.session.ClientFrames.ping;
import static im.gateway.session.ClientFrames.sync;
import static im.gateway.session.SessionFixture.A;
import static im.gateway.session.SessionFixture.words;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.Feature;
import im.protocol.v1.Frame;
import im.relay.TransientMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Many sessions whose sockets take nothing, on a loop with 1 MiB for all of them (D35). */
class LoopBudgetSessionsTest {
    private static final int BUDGET = 1 << 20;
    private static final int DEVICES = 16;

    private final SessionFixture fixture = SessionFixture.withLoopBudget(BUDGET);
    private static final int ROUNDS = 30;

    private final List<WireConnection> connections = new ArrayList<>();
    private final Map<WireConnection, List<Long>> delivered = new HashMap<>();

    private long queued() {
        return connections.stream().mapToLong(WireConnection::pendingBytes).sum();
    }

    private void live() {
        for (int i = 0; i < DEVICES; i++) {
            connections.add(fixture.live("d" + i, cursor("a", 0)));
        }
    }

    @Test
    void livePushesStayBelowTheBudgetAndReachEverybodyOnceTheSocketsTakeThem_D35() {
        live();

        for (int i = 0; i < 3; i++) {
            var message = fixture.append(A, 40_000);
            connections.forEach(connection -> fixture.push(connection, message));
            assertThat(queued()).isLessThanOrEqualTo(BUDGET);
        }

        assertThat(queued()).isGreaterThan(BUDGET / 2);
        settle();
        for (WireConnection connection : connections) {
            assertThat(delivered.get(connection)).containsExactly(1L, 2L, 3L);
        }
        assertThat(fixture.count("im.gateway.lagging")).isPositive();
    }

    @Test
    void whatIsStreamedStaysBelowTheBudgetToo_D35() {
        for (int i = 0; i < 4; i++) {
            fixture.append(A, 60_000);
        }

        for (int i = 0; i < DEVICES; i++) {
            connections.add(fixture.resumed("d" + i, cursor("a", 0)));
        }
        fixture.answer();

        assertThat(queued()).isBetween(BUDGET / 2L, (long) BUDGET);
        settle();
        for (WireConnection connection : connections) {
            assertThat(delivered.get(connection)).containsExactly(1L, 2L, 3L, 4L);
        }
    }

    @Test
    void pagesThatWereAskedForStayBelowTheBudgetAndAreAllAnswered_D35() {
        for (int i = 0; i < 2; i++) {
            fixture.append(A, 55_000);
        }
        for (int i = 0; i < DEVICES; i++) {
            connections.add(fixture.live("d" + i, cursor("a", 2)));
        }

        connections.forEach(connection -> connection.receive(sync(7, "a", 0, 10)));
        fixture.answer();

        assertThat(queued()).isBetween(200_000L, (long) BUDGET);
        List<List<String>> answers = new ArrayList<>();
        connections.forEach(connection -> answers.add(new ArrayList<>()));
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < DEVICES; i++) {
                answers.get(i).addAll(words(connections.get(i)));
                fixture.answer();
                assertThat(queued()).isLessThanOrEqualTo(BUDGET);
            }
            fixture.manual.advance(SessionFixture.HEARTBEAT_MILLIS / 16);
        }
        assertThat(answers).allMatch(List.of("page#7 1 2")::equals);
    }

    @Test
    void aTransientMessageIsDroppedWhereTheLoopHasNoRoom_D35() {
        WireConnection receiver = fixture.featured("t", Feature.TRANSIENT);
        TransientMessage typing = new TransientMessage(A, new byte[0]);
        receiver.received();
        fixture.manual.loop.outboundChanged(BUDGET);

        push(receiver, typing);

        assertThat(receiver.hasOutbound()).isFalse();
        fixture.manual.loop.outboundChanged(-BUDGET);
        push(receiver, typing);
        assertThat(receiver.hasOutbound()).isTrue();
    }

    @Test
    void whatIsNotAcknowledgedIsWrittenAgainWhenTheLoopHasRoom_D32_D35() {
        WireConnection connection = fixture.live("d", cursor("a", 0));
        fixture.push(connection, fixture.append(A, 40_000));
        assertThat(words(connection)).containsExactly("D a 1");
        fixture.manual.loop.outboundChanged(BUDGET);

        fixture.heartbeats(connection, 62);
        fixture.answer();
        assertThat(words(connection)).isEmpty();
        fixture.manual.loop.outboundChanged(-BUDGET);
        fixture.heartbeats(connection, 1);
        fixture.answer();

        assertThat(words(connection)).containsExactly("D a 1");
    }

    private void push(WireConnection receiver, TransientMessage message) {
        if (fixture.manual.loop.find(receiver.id()) instanceof Session session) {
            session.pushTransient(message);
        }
    }

    /** Every client takes what there is and acknowledges it, one after the other, until nothing comes any more. */
    private void settle() {
        for (int round = 0; round < ROUNDS; round++) {
            for (WireConnection connection : connections) {
                take(connection);
                fixture.answer();
                assertThat(queued()).isLessThanOrEqualTo(BUDGET);
            }
            fixture.manual.advance(SessionFixture.HEARTBEAT_MILLIS / 16);
        }
    }

    private void take(WireConnection connection) {
        List<Long> positions = delivered.computeIfAbsent(connection, c -> new ArrayList<>());
        for (Frame frame : connection.received()) {
            frame.getDeliver().getPlacedList().forEach(placed -> positions.add(placed.getPosition()));
        }
        if (positions.isEmpty()) {
            connection.receive(ping());
        } else {
            connection.receive(ack("a", positions.get(positions.size() - 1)));
        }
    }
}
