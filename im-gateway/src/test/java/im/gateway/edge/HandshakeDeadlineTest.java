package im.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.gateway.edge.EdgeMeters.Handshake;
import im.protocol.v1.Frame;
import im.protocol.v1.Ping;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One deadline from accept to Hello, whatever comes in meanwhile. */
class HandshakeDeadlineTest {
    private static final Edges EDGES = new Edges(Duration.ofSeconds(1), EchoSessions::new);
    /** For peers who have to do something in time, whatever else the machine is busy with. */
    private static final Edges UNHURRIED = new Edges(Duration.ofSeconds(4), EchoSessions::new);

    @AfterAll
    static void stop() {
        EDGES.close();
        UNHURRIED.close();
    }

    /** A WebSocket has to be upgraded before it can be silent. */
    private static TestEdge edge(Transport transport, boolean webSocket) {
        return (webSocket ? UNHURRIED : EDGES).on(transport);
    }

    static Stream<Transport> transports() {
        return TestEdge.transports();
    }

    static Stream<Arguments> kinds() {
        return Edges.kinds();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aSilentPeerIsToldAndClosed(Transport transport, boolean webSocket) {
        TestEdge edge = edge(transport, webSocket);
        double before = edge.handshakes(Handshake.TIMEOUT);
        try (Peer peer = edge.connect(webSocket)) {
            Peer.Ending ending = peer.readToEnd();

            assertThat(ending.code()).isEqualTo(4408);
            assertThat(ending.closeFrames()).isEqualTo(webSocket ? List.of(4408) : List.of());
            assertThat(edge.handshakes(Handshake.TIMEOUT)).isEqualTo(before + 1);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aHelloThatComesByteByByteIsCutOff(Transport transport, boolean webSocket) {
        try (Peer peer = edge(transport, webSocket).connect(webSocket)) {
            byte[] hello = peer.framed(new byte[1000]);
            int[] at = {0};
            await().pollInterval(Duration.ofMillis(20)).until(() -> {
                peer.sendBytes(new byte[] {hello[at[0]++]});
                return peer.available() > 0;
            });

            assertThat(peer.readToEnd().code()).isEqualTo(4408);
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aSilentHttpPeerIsClosed(Transport transport) {
        try (Peer peer = Peer.tcp(EDGES.on(transport).server.http())) {
            assertThat(peer.readBytes()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void headersThatComeByteByByteAreCutOff(Transport transport) {
        try (Peer peer = Peer.tcp(EDGES.on(transport).server.http())) {
            peer.sendText("GET /v1/ws HTTP/1.1\r\nX: ");

            await().pollInterval(Duration.ofMillis(20)).until(() -> !peer.sendBytes(new byte[] {'x'}));
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aBodyThatComesByteByByteIsCutOff(Transport transport) {
        try (Peer peer = Peer.tcp(EDGES.on(transport).server.http())) {
            peer.sendText("POST /echo HTTP/1.1\r\nHost: gateway\r\nContent-Length: 1000\r\n\r\n");

            await().pollInterval(Duration.ofMillis(20)).until(() -> !peer.sendBytes(new byte[] {'x'}));
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aGreetedConnectionOutlivesIt(Transport transport) {
        TestEdge edge = UNHURRIED.on(transport);
        try (Peer tcp = edge.greeted(false);
                Peer webSocket = edge.greeted(true);
                Peer later = edge.connect(false)) {
            later.readToEnd();

            Frame ping = Frame.newBuilder().setPing(Ping.getDefaultInstance()).build();
            for (Peer greeted : List.of(tcp, webSocket)) {
                greeted.send(ping);
                assertThat(greeted.read()).isEqualTo(ping);
            }
        }
    }
}
