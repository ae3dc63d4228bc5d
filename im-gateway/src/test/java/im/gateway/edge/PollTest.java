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
import im.protocol.v1.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a poll session hears and says: nothing is lost or doubled, whatever becomes of requests and answers. */
class PollTest {
    private static final TestEdge EDGE = TestEdge.start(Transport.best());

    @AfterAll
    static void stop() {
        EDGE.close();
    }

    private static void write(EchoSessions.Session session, Frame... frames) {
        onLoop(session.connection, () -> {
            Stream.of(frames).forEach(session::write);
            return 0;
        });
    }

    @ParameterizedTest
    @EnumSource(PollFormat.class)
    void aHelloIsAnsweredWithWelcomeAndASessionOfItsOwn(PollFormat format) {
        try (Poller poller = EDGE.poller()) {
            Poller.Answer one = welcomed(poller, format);
            Poller.Answer other = welcomed(poller, format);

            assertThat(one.session()).hasSize(PollSessions.ID_LENGTH).isNotEqualTo(other.session());
            assertThat(List.of(one.number(), one.taken())).containsExactly(1L, 1L);
            assertThat(one.headers())
                    .containsEntry("content-type", format.contentType)
                    .containsEntry("cache-control", "no-store");
        }
    }

    @ParameterizedTest
    @EnumSource(PollFormat.class)
    void framesOfARequestAreTakenInOrderAndItsAnswerHoldsWhatTheyCause(PollFormat format) {
        try (Poller poller = EDGE.poller()) {
            String session = welcomed(poller, format).session();

            Poller.Answer answer =
                    poller.ask(format, headers(session, 2, 1, 500), Poller.body(format, ping(1), ping(2), ping(3)));

            assertThat(answer.frames()).containsExactly(ping(1), ping(2), ping(3));
            assertThat(List.of(answer.number(), answer.taken())).containsExactly(2L, 2L);
        }
    }

    @Test
    void requestsMayComeOnSocketsOfAnyLoop() {
        try (Poller first = EDGE.poller()) {
            String session = welcomed(first, PROTO).session();
            List<Poller> sockets = new ArrayList<>();
            List<Frame> back = new ArrayList<>();
            long answered = 1;
            for (int i = 2; i < 40; i++) {
                Poller poller = EDGE.poller();
                sockets.add(poller);
                Poller.Answer answer =
                        poller.ask(PROTO, headers(session, i, answered, 500), Poller.body(PROTO, ping(i)));
                answered = answer.number();
                back.addAll(answer.frames());
            }

            assertThat(back)
                    .hasSize(38)
                    .isSortedAccordingTo((a, b) -> Long.compare(
                            a.getPing().getClientTimeMs(), b.getPing().getClientTimeMs()));
            assertThat(onLoop(
                            EDGE.sessions.newest().connection,
                            () -> Thread.currentThread().getName()))
                    .startsWith("im-loop");
            sockets.forEach(Poller::close);
        }
    }

    @Test
    void aPollWaitsForWhatIsWritten() {
        try (Poller poller = EDGE.poller()) {
            String session = welcomed(poller, JSON).session();
            poller.post(JSON, headers(session, 0, 1, 60_000), EMPTY);

            write(EDGE.sessions.newest(), ping(1), ping(2));

            assertThat(poller.read(JSON).frames()).containsExactly(ping(1), ping(2));
        }
    }

    @Test
    void aPollThatHearsNothingIsAnsweredWhenItsTimeIsOver() {
        try (Poller poller = EDGE.poller()) {
            String session = welcomed(poller, PROTO).session();

            Poller.Answer asked = poller.ask(PROTO, headers(session, 0, 1, 60_000), EMPTY);
            Poller.Answer less = poller.ask(PROTO, headers(session, 0, 1, 1), EMPTY);

            assertThat(asked.status()).isEqualTo(204);
            assertThat(less.status()).isEqualTo(204);
            assertThat(less.headers()).doesNotContainKeys("content-length", "content-type");
            assertThat(less.taken()).isEqualTo(1);
        }
    }

    @Test
    void aSecondPollEndsTheFirst() {
        try (Poller one = EDGE.poller();
                Poller other = EDGE.poller()) {
            String session = welcomed(one, PROTO).session();
            one.post(PROTO, headers(session, 0, 1, 60_000), EMPTY);
            awaitWaiting(EDGE.sessions.newest().connection);

            other.post(PROTO, headers(session, 0, 1, 60_000), EMPTY);
            assertThat(one.read(PROTO).status()).isEqualTo(204);
            write(EDGE.sessions.newest(), ping(1));

            assertThat(other.read(PROTO).frames()).containsExactly(ping(1));
        }
    }

    @Test
    void aRequestThatMayNotWaitIsToldWhatWasTakenAndEndsNoPoll() {
        try (Poller down = EDGE.poller();
                Poller up = EDGE.poller()) {
            String session = welcomed(down, PROTO).session();
            down.post(PROTO, headers(session, 0, 1, 60_000), EMPTY);

            Poller.Answer told = up.ask(PROTO, headers(session, 2, 0, 0), Poller.body(PROTO, ping(1)));

            assertThat(told.status()).isEqualTo(204);
            assertThat(told.taken()).isEqualTo(2);
            assertThat(down.read(PROTO).frames()).containsExactly(ping(1));
        }
    }

    @ParameterizedTest
    @EnumSource(PollFormat.class)
    void anAnswerThatIsNotAcknowledgedIsGivenAgainAndNothingIsLost(PollFormat format) {
        try (Poller lost = EDGE.poller();
                Poller poller = EDGE.poller()) {
            String session = welcomed(lost, format).session();
            Poller.Answer first = lost.ask(format, headers(session, 2, 1, 500), Poller.body(format, ping(1), ping(2)));
            write(EDGE.sessions.newest(), ping(3));

            Poller.Answer again = poller.ask(format, headers(session, 0, 1, 500), EMPTY);
            Poller.Answer next = poller.ask(format, headers(session, 0, 2, 500), EMPTY);

            assertThat(again.number()).isEqualTo(first.number()).isEqualTo(2);
            assertThat(again.body()).isEqualTo(first.body());
            assertThat(next.number()).isEqualTo(3);
            assertThat(next.frames()).containsExactly(ping(3));
        }
    }

    @Test
    void aRepeatedRequestIsTakenOnce() {
        try (Poller poller = EDGE.poller()) {
            String session = welcomed(poller, PROTO).session();
            byte[] body = Poller.body(PROTO, ping(1));
            Poller.Answer first = poller.ask(PROTO, headers(session, 2, 1, 500), body);

            Poller.Answer again = poller.ask(PROTO, headers(session, 2, 1, 500), body);
            Poller.Answer next = poller.ask(PROTO, headers(session, 3, 2, 500), Poller.body(PROTO, ping(2)));

            assertThat(again.body()).isEqualTo(first.body());
            assertThat(next.frames()).containsExactly(ping(2));
            assertThat(next.number()).isEqualTo(3);
        }
    }

    @Test
    void framesThatOvertakeOthersAreNotTakenAndTheAnswerSaysSo() {
        try (Poller poller = EDGE.poller()) {
            String session = welcomed(poller, PROTO).session();

            Poller.Answer early = poller.ask(PROTO, headers(session, 3, 1, 60_000), Poller.body(PROTO, ping(2)));
            Poller.Answer two = poller.ask(PROTO, headers(session, 2, 1, 500), Poller.body(PROTO, ping(1)));
            Poller.Answer three = poller.ask(PROTO, headers(session, 3, 2, 500), Poller.body(PROTO, ping(2)));

            assertThat(early.status()).isEqualTo(204);
            assertThat(early.taken()).isEqualTo(1);
            assertThat(two.frames()).containsExactly(ping(1));
            assertThat(three.frames()).containsExactly(ping(2));
        }
    }

    @Test
    void framesBehindTheHelloWaitUntilTheSessionReads() {
        try (Poller poller = EDGE.poller()) {
            Poller.Answer answer =
                    poller.ask(PROTO, Map.of("Im-Request", 1), Poller.body(PROTO, Peer.HELLO, ping(1), ping(2)));
            List<Frame> got = new ArrayList<>(answer.frames());
            while (got.size() < 3) {
                answer = poller.ask(PROTO, headers(answer.session(), 0, answer.number(), 500), EMPTY);
                got.addAll(answer.frames());
            }

            assertThat(got.subList(1, 3)).containsExactly(ping(1), ping(2));
        }
    }

    @Test
    void whileTheSessionDoesNotReadTheNextFramesAreNotTaken() {
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
            assertThat(poller.ask(PROTO, headers(session, 3, 1, 0), Poller.body(PROTO, ping(2)))
                            .taken())
                    .isEqualTo(2);
            poller.post(PROTO, headers(session, 3, 1, 60_000), Poller.body(PROTO, ping(2)));
            onLoop(connection, () -> {
                connection.setReading(true);
                return 0;
            });

            Poller.Answer read = poller.read(PROTO);
            List<Frame> got = new ArrayList<>(read.frames());
            while (got.size() < 2) {
                long number = Math.max(1, read.number());
                read = poller.ask(PROTO, headers(session, 3, number, 500), Poller.body(PROTO, ping(2)));
                got.addAll(read.frames());
            }
            assertThat(got).containsExactly(ping(1), ping(2));
        }
    }

    @Test
    void aSocketThatDiesWhileItsPollWaitsTakesNothingWithIt() {
        try (Poller poller = EDGE.poller()) {
            Poller dying = EDGE.poller();
            String session = welcomed(dying, PROTO).session();
            dying.post(PROTO, headers(session, 0, 1, 60_000), EMPTY);
            dying.close();
            write(EDGE.sessions.newest(), ping(1));

            // The dying one's request may come in after ours, and end it.
            Poller.Answer answer = poller.ask(PROTO, headers(session, 0, 1, 60_000), EMPTY);
            while (answer.status() == 204) {
                answer = poller.ask(PROTO, headers(session, 0, 1, 60_000), EMPTY);
            }
            assertThat(answer.frames()).containsExactly(ping(1));
        }
    }

    @Test
    void whatIsQueuedCountsUntilItIsAcknowledged() {
        try (Poller poller = EDGE.poller()) {
            String session = welcomed(poller, PROTO).session();
            Connection connection = EDGE.sessions.newest().connection;
            await().until(() -> {
                poller.ask(PROTO, headers(session, 0, 1, 1), EMPTY);
                return onLoop(connection, connection::pendingBytes) == 0;
            });
            int bytes = 2 * im.protocol.Limits.POLL_BYTES;

            onLoop(connection, () -> {
                for (int i = 0; i < 4; i++) {
                    connection.write(connection.alloc().buffer(bytes / 4).writeZero(bytes / 4));
                }
                return 0;
            });
            assertThat(onLoop(connection, connection::pendingBytes)).isGreaterThan(bytes);
            int first = poller.ask(PROTO, headers(session, 0, 1, 500), EMPTY).body().length;
            assertThat(onLoop(connection, connection::pendingBytes)).isGreaterThan(bytes);
            int second = poller.ask(PROTO, headers(session, 0, 2, 500), EMPTY).body().length;
            poller.ask(PROTO, headers(session, 0, 3, 1), EMPTY);

            assertThat(List.of(first, second)).containsExactly(bytes / 2, bytes / 2);
            assertThat(onLoop(connection, connection::pendingBytes)).isZero();
        }
    }

    @Test
    void anAnswerIsOnItsWayOutOnOneSocketAtATime() {
        // More than the kernel takes for a socket.
        int bytes = 16 << 20;
        List<Poller> deaf = new ArrayList<>();
        try (Poller poller = EDGE.poller()) {
            String session = welcomed(poller, PROTO).session();
            Connection connection = EDGE.sessions.newest().connection;
            onLoop(connection, () -> {
                connection.write(connection.alloc().buffer(bytes).writeZero(bytes));
                return 0;
            });
            double before = answered();
            for (int i = 0; i < 4; i++) {
                Poller one = new Poller(EDGE.server.http(), 2_048);
                deaf.add(one);
                one.post(PROTO, headers(session, 0, 1, 60_000), EMPTY);
                double sent = before + i + 1;
                await().until(() -> answered() >= sent);
            }

            assertThat(poller.ask(PROTO, headers(session, 0, 1, 60_000), EMPTY).body())
                    .hasSize(bytes);
            assertThat(deaf).allSatisfy(one -> assertThat(one.rest()).isLessThan(bytes));
        }
        deaf.forEach(Poller::close);
    }

    /** Polls that were answered with frames, for the first time or again. */
    private static double answered() {
        return Stream.of("frames", "repeated")
                .mapToDouble(answer -> EDGE.meters
                        .get("im_gateway_polls_total")
                        .tag("answer", answer)
                        .counter()
                        .count())
                .sum();
    }

    @Test
    void theBodiesOfASessionThatAreUnderWayAreBounded() {
        int most = im.protocol.Limits.POLL_BYTES;
        try (Poller poller = EDGE.poller();
                Poller slow = EDGE.poller();
                Poller other = EDGE.poller();
                Poller above = EDGE.poller()) {
            String session = welcomed(poller, PROTO).session();
            String head = Poller.head(PROTO, headers(session, 2, 1, 500), most);
            List<Poller> together = List.of(slow, other, above);
            for (Poller each : together) {
                each.send(head);
                each.send(new byte[most - 1]);
            }
            await().until(() -> together.stream().anyMatch(Poller::hasAnswer));
            // Two may meet the bound at once.
            assertThat(together).filteredOn(Poller::hasAnswer).isNotEmpty().allSatisfy(each -> {
                assertThat(each.read(PROTO).status()).isEqualTo(429);
                assertThat(each.isEnded()).isTrue();
            });
            slow.close();
            other.close();
            above.close();

            await().untilAsserted(() -> {
                try (Poller next = EDGE.poller()) {
                    byte[] body = Poller.body(PROTO, ping(1));
                    Poller.Answer answer = next.ask(PROTO, headers(session, 2, 1, 500), body);
                    assertThat(answer.frames()).containsExactly(ping(1));
                }
            });
        }
    }

    @Test
    void aPollCountsAsLife() {
        try (Poller poller = EDGE.poller()) {
            String session = welcomed(poller, PROTO).session();
            Connection connection = EDGE.sessions.newest().connection;
            long before = onLoop(connection, connection::lastReadMillis);
            await().until(() -> onLoop(connection, () -> connection.loop().nowMillis()) > before + 200);

            poller.ask(PROTO, headers(session, 0, 1, 1), EMPTY);

            assertThat(onLoop(connection, connection::lastReadMillis)).isGreaterThan(before);
        }
    }
}
