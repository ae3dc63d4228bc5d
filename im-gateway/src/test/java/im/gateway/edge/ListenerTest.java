package im.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.gateway.connection.Connection;
import im.protocol.CloseReason;
import im.protocol.v1.Frame;
import im.protocol.v1.Hello;
import im.protocol.v1.Ping;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a session hears, and what becomes of one that fails. */
class ListenerTest {

    static Stream<Arguments> kinds() {
        return Edges.kinds();
    }

    private static Frame ping(long ref) {
        return Frame.newBuilder().setRef(ref).setPing(Ping.getDefaultInstance()).build();
    }

    private static TestEdge start(Transport transport, EchoSessions sessions) {
        return TestEdge.start(transport, Duration.ofSeconds(20), sessions);
    }

    /** Stops reading after each frame. */
    private static final class Stepwise extends EchoSessions {
        final Queue<Long> heard = new ConcurrentLinkedQueue<>();
        final AtomicInteger drained = new AtomicInteger();

        @Override
        Session newSession(Connection connection) {
            return new Session(connection) {
                @Override
                public void onFrame(Frame frame) {
                    heard.add(frame.getRef());
                    connection.setReading(false);
                }

                @Override
                public void onReadsDrained() {
                    drained.incrementAndGet();
                }
            };
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void framesReadAlreadyWaitWhileReadingIsOff(Transport transport, boolean webSocket) {
        Stepwise sessions = new Stepwise();
        try (TestEdge edge = start(transport, sessions);
                Peer peer = edge.greeted(webSocket)) {
            ByteArrayOutputStream three = new ByteArrayOutputStream();
            for (long ref = 1; ref <= 3; ref++) {
                three.writeBytes(peer.framed(ping(ref).toByteArray()));
            }
            Connection connection = sessions.opened.element().connection;

            peer.sendBytes(three.toByteArray());
            for (int step = 1; step <= 3; step++) {
                int frames = step;
                await().untilAsserted(() -> assertThat(sessions.heard).hasSize(frames));
                int before = sessions.drained.get();
                peer.sendBytes(peer.framed(ping(3 + step).toByteArray()));
                connection.loop().execute(() -> connection.setReading(true));
                await().until(() -> sessions.drained.get() > before);
            }
            for (int step = 4; step <= 6; step++) {
                int frames = step;
                await().untilAsserted(() -> assertThat(sessions.heard).hasSize(frames));
                connection.loop().execute(() -> connection.setReading(true));
            }

            assertThat(sessions.heard).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aConnectionClosedWhileReadingIsOffStillHearsThePeersFarewell(Transport transport, boolean webSocket) {
        Stepwise sessions = new Stepwise();
        try (TestEdge edge = start(transport, sessions);
                Peer peer = edge.greeted(webSocket)) {
            Connection connection = sessions.opened.element().connection;
            peer.send(ping(1));
            if (webSocket) {
                peer.sendBytes(Peer.webSocketFrame(0x88, true, new byte[] {0x03, (byte) 0xe8}));
            }
            await().until(() -> !sessions.heard.isEmpty());

            connection.loop().execute(() -> connection.close(CloseReason.REMOVED, "bye"));

            assertThat(peer.readToEnd().code()).isEqualTo(4410);
        }
    }

    private static final class Failing extends EchoSessions {
        @Override
        Session newSession(Connection connection) {
            return new Session(connection) {
                @Override
                public void onFrame(Frame frame) {
                    if (frame.getRef() == 7) {
                        throw new IllegalStateException("frame 7");
                    }
                    super.onFrame(frame);
                }

                @Override
                public void onTick() {
                    throw new IllegalStateException("tick");
                }
            };
        }

        @Override
        public void open(Connection connection, long ref, Hello hello) {
            if (hello.getDevice().equals("refused")) {
                connection.close(CloseReason.UNAUTHENTICATED, "no");
                return;
            } else if (hello.getDevice().equals("failing")) {
                throw new IllegalStateException("open");
            }
            super.open(connection, ref, hello);
        }
    }

    private static Frame hello(String device) {
        return Frame.newBuilder().setHello(Hello.newBuilder().setDevice(device)).build();
    }

    private static Peer.Ending farewell(Peer peer) {
        Peer.Ending ending = peer.readToEnd();
        assertThat(ending.closeFrames()).isEqualTo(peer.isWebSocket() ? List.of(ending.code()) : List.of());
        return ending;
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aSessionThatFailsOnAFrameIsClosedAndTheOthersGoOn(Transport transport, boolean webSocket) {
        try (TestEdge edge = start(transport, new Failing());
                Peer failing = edge.greeted(webSocket);
                Peer other = edge.greeted(webSocket)) {
            failing.send(ping(7));

            assertThat(farewell(failing).code()).isEqualTo(4500);
            assertThat(edge.sessions.closed).containsExactly(CloseReason.INTERNAL);
            assertThat(edge.closes(CloseReason.INTERNAL)).isEqualTo(1);
            other.send(ping(1));
            assertThat(other.read()).isEqualTo(ping(1));
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aSessionThatCannotBeOpenedIsClosedAndItsIdIsFree(Transport transport, boolean webSocket) {
        try (TestEdge edge = start(transport, new Failing());
                Peer failing = edge.connect(webSocket);
                Peer refused = edge.connect(webSocket)) {
            failing.send(hello("failing"));
            refused.send(hello("refused"));

            assertThat(farewell(failing).code()).isEqualTo(4500);
            assertThat(farewell(refused).code()).isEqualTo(4401);
            assertThat(edge.connections()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aPeerIsToldWhyAlsoByALoopThatStoodStillForLongerThanAFarewellMayTake(Transport transport, boolean webSocket) {
        try (TestEdge edge = start(transport, new EchoSessions());
                Peer peer = edge.greeted(webSocket)) {
            NettyConnection connection = (NettyConnection) edge.sessions.newest().connection;
            connection.loop().execute(() -> {
                connection.close(CloseReason.TIMEOUT, "nothing heard");
                connection.expired();
            });

            assertThat(farewell(peer).code()).isEqualTo(4408);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aServerThatStopsEndsHandshakesAndConnections(Transport transport, boolean webSocket) {
        TestEdge edge = start(transport, new EchoSessions());
        // In this order: whoever was greeted second says that the first was accepted.
        try (Peer waiting = edge.connect(webSocket);
                Peer greeted = edge.greeted(webSocket)) {
            assertThat(edge.connections()).isEqualTo(1);
            edge.server.close();
            assertThat(farewell(waiting).code()).isEqualTo(1001);
            greeted.send(ping(1));
            assertThat(greeted.read()).isEqualTo(ping(1));

            edge.close();

            assertThat(edge.sessions.closed).containsExactly(CloseReason.GOING_AWAY);
        }
    }
}
