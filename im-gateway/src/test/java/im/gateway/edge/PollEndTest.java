package im.gateway.edge;

import static im.gateway.edge.PollFormat.JSON;
import static im.gateway.edge.PollFormat.PROTO;
import static im.gateway.edge.PollSteps.EMPTY;
import static im.gateway.edge.PollSteps.awaitWaiting;
import static im.gateway.edge.PollSteps.headers;
import static im.gateway.edge.PollSteps.onLoop;
import static im.gateway.edge.PollSteps.ping;
import static im.gateway.edge.PollSteps.welcomed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.gateway.connection.Connection;
import im.protocol.CloseReason;
import im.protocol.v1.Close;
import im.protocol.v1.Code;
import im.protocol.v1.Frame;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** How a poll session ends, and that its last word is heard. */
class PollEndTest {
    private static final TestEdge EDGE = TestEdge.start(Transport.best());

    @AfterAll
    static void stop() {
        EDGE.close();
    }

    @Test
    void whileTheServerDrainsSessionsGoOnAndNoneBegins() {
        try (TestEdge edge = TestEdge.start(Transport.best());
                Poller poller = edge.poller();
                Poller page = edge.poller()) {
            String session = welcomed(poller, JSON).session();
            welcomed(page, JSON);

            edge.server.stopAccepting();

            assertThat(poller.ask(JSON, headers(session, 2, 1, 500), Poller.body(JSON, ping(1)))
                            .frames())
                    .containsExactly(ping(1));
            Poller.Answer refused = poller.ask(JSON, Map.of("Im-Request", 1), Poller.body(JSON, Peer.HELLO));
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.headers()).containsEntry("connection", "close").containsKey("retry-after");
            assertThat(poller.isEnded()).isTrue();
            page.send(Peer.UPGRADE);
            assertThat(page.read(JSON).status()).isEqualTo(503);
        }
    }

    @Test
    void whatASessionSaysLastIsHeardAndRepeatedUntilItIsAcknowledged() {
        try (Poller poller = EDGE.poller()) {
            String session = welcomed(poller, JSON).session();
            EchoSessions.Session closing = EDGE.sessions.newest();
            onLoop(closing.connection, () -> {
                closing.write(ping(1));
                closing.connection.close(CloseReason.DISPLACED, "newer");
                closing.write(ping(2));
                return 0;
            });

            Poller.Answer said = poller.ask(JSON, headers(session, 0, 1, 500), EMPTY);
            Poller.Answer again = poller.ask(JSON, headers(session, 0, 1, 500), EMPTY);
            Poller.Answer gone = poller.ask(JSON, headers(session, 0, 2, 500), EMPTY);

            assertThat(said.frames()).hasSize(2).startsWith(ping(1));
            assertThat(said.closeCode()).isEqualTo(4409);
            assertThat(again.body()).isEqualTo(said.body());
            assertThat(gone.status()).isEqualTo(410);
        }
    }

    @Test
    void whatASessionSaysLastIsHeardByARequestThatCarriesFrames() {
        try (Poller poller = EDGE.poller()) {
            String session = welcomed(poller, JSON).session();
            onLoop(EDGE.sessions.newest().connection, () -> {
                EDGE.sessions.newest().connection.close(CloseReason.DISPLACED, "newer");
                return 0;
            });
            byte[] body = Poller.body(JSON, ping(1));

            Poller.Answer told = poller.ask(JSON, headers(session, 2, 1, 0), body);
            Poller.Answer said = poller.ask(JSON, headers(session, 2, 1, 500), body);
            Poller.Answer again = poller.ask(JSON, headers(session, 3, 1, 500), body);
            Poller.Answer gone = poller.ask(JSON, headers(session, 3, 2, 500), body);

            assertThat(List.of(told.status(), told.taken())).isEqualTo(List.of(204, 1L));
            assertThat(said.closeCode()).isEqualTo(4409);
            assertThat(again.body()).isEqualTo(said.body());
            assertThat(gone.status()).isEqualTo(410);
        }
    }

    @Test
    void aPollWhoseFramesAreNotTakenYetHearsWhatTheSessionSaysLast() {
        try (Poller poller = EDGE.poller()) {
            String session = welcomed(poller, PROTO).session();
            Connection connection = EDGE.sessions.newest().connection;
            onLoop(connection, () -> {
                connection.setReading(false);
                return 0;
            });
            assertThat(poller.ask(PROTO, headers(session, 2, 1, 0), Poller.body(PROTO, ping(1)))
                            .taken())
                    .isEqualTo(2);
            poller.post(PROTO, headers(session, 3, 1, 60_000), Poller.body(PROTO, ping(2)));
            awaitWaiting(connection);

            onLoop(connection, () -> {
                connection.close(CloseReason.DISPLACED, "newer");
                return 0;
            });

            assertThat(poller.read(PROTO).closeCode()).isEqualTo(4409);
        }
    }

    @Test
    void whatNobodyFetchesIsDroppedWhenTheFarewellIsOver() {
        try (TestEdge edge = TestEdge.parting(Transport.best(), Duration.ofSeconds(1), new EchoSessions());
                Poller poller = edge.poller()) {
            String session = welcomed(poller, PROTO).session();
            Connection connection = edge.sessions.newest().connection;
            onLoop(connection, () -> {
                connection.close(CloseReason.TIMEOUT, "silent");
                return 0;
            });

            await().until(() -> onLoop(connection, connection::pendingBytes) == 0);
            try (Poller late = edge.poller()) {
                assertThat(late.ask(PROTO, headers(session, 0, 1, 500), EMPTY).status())
                        .isEqualTo(410);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(PollFormat.class)
    void aSessionThatTheClientHasClosedIsGone(PollFormat format) {
        try (Poller poller = EDGE.poller()) {
            String session = welcomed(poller, format).session();
            Frame close = Frame.newBuilder()
                    .setClose(Close.newBuilder().setCode(1000))
                    .build();

            Poller.Answer last = poller.ask(format, headers(session, 2, 1, 0), Poller.body(format, close));
            await().until(() -> EDGE.sessions.closed.contains(CloseReason.PEER));
            Poller.Answer gone = poller.ask(format, headers(session, 3, 1, 500), EMPTY);

            assertThat(last.status()).isEqualTo(204);
            assertGone(gone);
        }
    }

    @ParameterizedTest
    @MethodSource("foreignSessions")
    void aSessionThatIsNotHereIsGone(String session) {
        for (PollFormat format : PollFormat.values()) {
            try (Poller poller = EDGE.poller()) {
                assertGone(poller.ask(format, headers(session, 7, 5, 500), Poller.body(format, ping(1))));
                assertThat(poller.isEnded()).isTrue();
            }
        }
    }

    static Stream<String> foreignSessions() {
        return Stream.of("AAAAAAAAAAAAAAAAAAAAAA", "x", "../../etc/passwd", "x".repeat(4_000));
    }

    private static void assertGone(Poller.Answer answer) {
        assertThat(answer.status()).isEqualTo(410);
        assertThat(answer.frames())
                .singleElement()
                .matches(frame -> frame.getError().getCode() == Code.NOT_FOUND);
    }
}
