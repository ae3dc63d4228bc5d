package im.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.gateway.edge.EdgeMeters.Proxied;
import im.protocol.v1.Frame;
import im.protocol.v1.Ping;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Balancers, by real sockets: from a listed address a header is a must, from any other it is refused. */
class ProxyGateTest {
    private static final String LINE = "PROXY TCP4 192.0.2.7 10.0.0.1 49999 8080\r\n";
    private static final byte[] BINARY =
            HexFormat.of().parseHex("0d0a0d0a000d0a515549540a" + "2111000c" + "c00002070a000001c34f1f90");
    private static final byte[] LYING = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a" + "21110020" + "c0000207");
    private static final Frame PING =
            Frame.newBuilder().setRef(9).setPing(Ping.getDefaultInstance()).build();

    private static final TestEdge BEHIND = TestEdge.behind(Transport.best(), "127.0.0.0/8");
    private static final TestEdge OPEN = TestEdge.behind(Transport.best(), "192.0.2.0/24");

    @AfterAll
    static void stop() {
        BEHIND.close();
        OPEN.close();
    }

    private static double count(TestEdge edge, Proxied outcome) {
        return edge.meters
                .get("im_gateway_proxy_headers_total")
                .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                .counter()
                .count();
    }

    private static Peer unread(TestEdge edge, boolean webSocket) {
        return webSocket ? Peer.unread(edge.server.http()) : Peer.tcp(edge.server.tcp());
    }

    private static void speaks(Peer peer, boolean webSocket) {
        if (webSocket) {
            peer.sendText(Peer.UPGRADE);
            assertThat(peer.readHead()).startsWith("HTTP/1.1 101 ");
        }
        peer.send(Peer.HELLO);
        assertThat(peer.read().hasWelcome()).isTrue();
        peer.send(PING);
        assertThat(peer.read().getRef()).isEqualTo(9);
    }

    static Stream<Arguments> headers() {
        return Stream.of(LINE.getBytes(StandardCharsets.US_ASCII), BINARY)
                .flatMap(header -> Stream.of(Arguments.of(header, false), Arguments.of(header, true)));
    }

    @ParameterizedTest
    @MethodSource("headers")
    void aListedBalancerPassesClientsOn(byte[] header, boolean webSocket) {
        double before = count(BEHIND, Proxied.TAKEN);
        try (Peer peer = unread(BEHIND, webSocket)) {
            peer.sendBytes(header);

            speaks(peer, webSocket);
            assertThat(count(BEHIND, Proxied.TAKEN)).isEqualTo(before + 1);
        }
    }

    @ParameterizedTest
    @MethodSource("headers")
    void aHeaderThatComesByteByByteIsTakenToo(byte[] header, boolean webSocket) {
        try (Peer peer = unread(BEHIND, webSocket)) {
            for (byte b : header) {
                peer.sendBytes(new byte[] {b});
            }

            speaks(peer, webSocket);
        }
    }

    @ParameterizedTest
    @MethodSource("headers")
    void aHeaderFromAnybodyElseIsRefused(byte[] header, boolean webSocket) {
        double before = count(OPEN, Proxied.UNLISTED);
        try (Peer peer = unread(OPEN, webSocket)) {
            peer.sendBytes(header);

            assertThat(peer.readBytes()).isEmpty();
            assertThat(count(OPEN, Proxied.UNLISTED)).isEqualTo(before + 1);
        }
    }

    static Stream<Arguments> kinds() {
        return Stream.of(Arguments.of(false), Arguments.of(true));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void anybodyElseSpeaksWithoutOne(boolean webSocket) {
        try (Peer peer = unread(OPEN, webSocket)) {
            speaks(peer, webSocket);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aListedPeerWithoutAHeaderIsClosedAtOnce(boolean webSocket) {
        double before = count(BEHIND, Proxied.MISSING);
        try (Peer peer = unread(BEHIND, webSocket)) {
            if (webSocket) {
                peer.sendText(Peer.UPGRADE);
            } else {
                peer.send(Peer.HELLO);
            }

            assertThat(peer.readBytes()).isEmpty();
            assertThat(count(BEHIND, Proxied.MISSING)).isEqualTo(before + 1);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aListedPeerThatSaysTooLittleIsClosedAfterAWhile(boolean webSocket) {
        double before = count(BEHIND, Proxied.TIMEOUT);
        try (Peer silent = unread(BEHIND, webSocket);
                Peer lying = unread(BEHIND, webSocket)) {
            lying.sendBytes(LYING);

            assertThat(silent.readBytes()).isEmpty();
            assertThat(lying.readBytes()).isEmpty();
            assertThat(count(BEHIND, Proxied.TIMEOUT)).isEqualTo(before + 2);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aMalformedHeaderIsRefused(boolean webSocket) {
        double before = count(BEHIND, Proxied.MALFORMED);
        try (Peer peer = unread(BEHIND, webSocket)) {
            peer.sendText("PROXY TCP4 nobody knows\r\n");

            assertThat(peer.readBytes()).isEmpty();
            assertThat(count(BEHIND, Proxied.MALFORMED)).isEqualTo(before + 1);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aHealthCheckOfTheBalancerIsItsOwnWord(boolean webSocket) {
        double before = count(BEHIND, Proxied.LOCAL);
        try (Peer peer = unread(BEHIND, webSocket)) {
            peer.sendText("PROXY UNKNOWN\r\n");
            await().atMost(20, TimeUnit.SECONDS).until(() -> count(BEHIND, Proxied.LOCAL) == before + 1);

            speaks(peer, webSocket);
        }
    }
}
