package im.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is answered before the upgrade. */
class UpgradeTest {
    private static final Edges EDGES = new Edges();

    @AfterAll
    static void stop() {
        EDGES.close();
    }

    static Stream<Arguments> requests() {
        List<Object[]> rows = List.of(
                row("as it should be", Peer.UPGRADE, "101 "),
                row("several subprotocols", with("Sec-WebSocket-Protocol", "chat, im.v1.proto"), "101 "),
                row("connection with more tokens", with("Connection", "keep-alive, Upgrade"), "101 "),
                row("query behind the path", Peer.UPGRADE.replace("/v1/ws", "/v1/ws?a=b"), "101 "),
                row("own origin", with("Origin", "http://gateway"), "101 "),
                row("origin on the list", with("Origin", "https://chat.example.org"), "101 "),
                row("POST", Peer.UPGRADE.replace("GET", "POST"), "405 "),
                row("HEAD", Peer.UPGRADE.replace("GET", "HEAD"), "405 "),
                row("no Upgrade", without("Upgrade"), "426 "),
                row("Upgrade to something else", with("Upgrade", "h2c"), "426 "),
                row("no Connection: Upgrade", without("Connection"), "400 "),
                row("Connection: close", with("Connection", "close"), "400 "),
                row("no key", without("Sec-WebSocket-Key"), "400 "),
                row("key of 15 bytes", with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25j"), "400 "),
                row("key of 17 bytes", with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZTE="), "400 "),
                row("key that is not base64", with("Sec-WebSocket-Key", "dGhlIHNhbXBs*SBub25jZQ=="), "400 "),
                row("two keys", twice("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), "400 "),
                row("version 8", with("Sec-WebSocket-Version", "8"), "426 "),
                row("version 99", with("Sec-WebSocket-Version", "99"), "426 "),
                row("no version", without("Sec-WebSocket-Version"), "426 "),
                row("Origin not on the list", with("Origin", "https://evil.example.org"), "403 "),
                row("Origin null", with("Origin", "null"), "403 "),
                row("Origin that ends like ours", with("Origin", "https://xchat.example.org"), "403 "),
                row(
                        "two Origins",
                        twice("Origin", "http://gateway").replace("\r\n\r\n", "\r\nOrigin: http://gateway\r\n\r\n"),
                        "400 "),
                row("two Hosts", twice("Host", "gateway"), "400 "),
                row("no Host", without("Host"), "400 "),
                row("empty Host", with("Host", ""), "400 "),
                row("wrong path", Peer.UPGRADE.replace("/v1/ws", "/v1/wsx"), "404 "),
                row("admin path", "GET /metrics HTTP/1.1\r\nHost: gateway\r\n\r\n", "404 "),
                row("root", "GET / HTTP/1.1\r\nHost: gateway\r\n\r\n", "404 "),
                row("absolute target", Peer.UPGRADE.replace("/v1/ws", "http://gateway/v1/ws"), "400 "),
                row("unknown subprotocol", with("Sec-WebSocket-Protocol", "im.v2.proto"), "400 "),
                row("subprotocol in capitals", with("Sec-WebSocket-Protocol", "IM.V1.JSON"), "400 "),
                row("no subprotocol", without("Sec-WebSocket-Protocol"), "400 "),
                row("HTTP/1.0", Peer.UPGRADE.replace("HTTP/1.1", "HTTP/1.0"), "400 "),
                row("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400 "),
                row("request body", with("Content-Length", "3") + "abc", "400 "),
                row("chunked body", with("Transfer-Encoding", "chunked") + "0\r\n\r\n", "400 "),
                row("length and chunked", with("Content-Length", "3\r\nTransfer-Encoding: chunked"), "400 "),
                row("two lengths", with("Content-Length", "3\r\nContent-Length: 4"), "400 "),
                row("negative length", with("Content-Length", "-1"), "400 "),
                row("64 headers", headers(64), "101 "),
                row("65 headers", headers(65), "431 "),
                row("headers above 8 KiB", with("X-Long", "x".repeat(8 * 1024)), "431 "),
                row("headers below 8 KiB", with("X-Long", "x".repeat(7 * 1024)), "101 "),
                row("target above 4 KiB", Peer.UPGRADE.replace("/v1/ws", "/v1/ws?" + "x".repeat(4096)), "414 "),
                row("target below 4 KiB", Peer.UPGRADE.replace("/v1/ws", "/v1/ws?" + "x".repeat(4000)), "101 "),
                row("no HTTP at all", "hello, is it me?\r\n\r\n", "400 "),
                row("header without colon", Peer.UPGRADE.replace("Host: gateway", "Host: gateway\r\nnonsense"), "400 "),
                row("NUL in a header", with("X-Nul", "a\0b"), "400 "),
                row("page", "GET /echo HTTP/1.1\r\nHost: gateway\r\n\r\n", "200 "),
                row("page with a body", post(1024), "200 "),
                row("page with a large body", post(1025), "413 "),
                row(
                        "page with a large chunked body",
                        "POST /echo HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked\r\n\r\n" + "401\r\n"
                                + "x".repeat(0x401) + "\r\n0\r\n\r\n",
                        "413 "),
                row("page that fails", "GET /echo?x HTTP/1.1\r\nHost: gateway\r\n\r\n", "500 "));
        return TestEdge.transports().flatMap(t -> rows.stream().map(row -> Arguments.of(t, row[0], row[1], row[2])));
    }

    private static Object[] row(String name, String request, String status) {
        return new Object[] {name, request, status};
    }

    private static String without(String header) {
        return Peer.UPGRADE.replaceFirst("\r\n" + header + ": [^\r]*", "");
    }

    private static String with(String header, String value) {
        return without(header).replaceFirst("\r\n", "\r\n" + header + ": " + value + "\r\n");
    }

    private static String twice(String header, String value) {
        return Peer.UPGRADE.replaceFirst("\r\n", "\r\n" + header + ": " + value + "\r\n");
    }

    private static String headers(int count) {
        int missing = count - 6;
        return Peer.UPGRADE.replaceFirst(
                "\r\n",
                IntStream.range(0, missing).mapToObj(i -> "\r\nX" + i + ": y").collect(Collectors.joining()) + "\r\n");
    }

    private static String post(int bytes) {
        return "POST /echo HTTP/1.1\r\nHost: gateway\r\nContent-Length: " + bytes + "\r\n\r\n" + "x".repeat(bytes);
    }

    private static Peer http(Transport transport) {
        return Peer.tcp(EDGES.on(transport).server.http());
    }

    @ParameterizedTest(name = "{0}: {1} gets {3}")
    @MethodSource("requests")
    void aRequestGetsItsStatus(Transport transport, String name, String request, String status) {
        try (Peer peer = http(transport)) {
            peer.sendText(request);
            String head = peer.readHead();

            assertThat(head).startsWith("HTTP/1.1 " + status);
            if (status.equals("101 ")) {
                assertThat(head).contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
                assertThat(head).contains("\r\nSec-WebSocket-Protocol: im.v1.proto\r\n");
            } else {
                assertThat(head).contains("\r\nConnection: close\r\n");
                assertThat(head).contains("\r\nContent-Length: " + peer.readBytes().length + "\r\n");
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "im.v1.json | im.v1.json",
                "im.v1.json, im.v1.proto | im.v1.json",
                "im.v1.proto, im.v1.json | im.v1.proto",
                "chat,im.v1.json | im.v1.json",
                "chat\\r\\nSec-WebSocket-Protocol: im.v1.json\\r\\nSec-WebSocket-Protocol: im.v1.proto | im.v1.json"
            })
    void theFirstSubprotocolThatIsSpokenIsChosen(String offered, String chosen) {
        try (Peer peer = http(Transport.best())) {
            peer.sendText(with("Sec-WebSocket-Protocol", offered.translateEscapes()));

            assertThat(peer.readHead())
                    .startsWith("HTTP/1.1 101 ")
                    .containsOnlyOnce("Sec-WebSocket-Protocol")
                    .contains("\r\nSec-WebSocket-Protocol: " + chosen + "\r\n");
        }
    }

    static Stream<Transport> transports() {
        return TestEdge.transports();
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aRefusedVersionNamesTheOneThatIsSpoken(Transport transport) {
        try (Peer peer = http(transport)) {
            peer.sendText(with("Sec-WebSocket-Version", "8"));

            assertThat(peer.readHead()).contains("\r\nSec-WebSocket-Version: 13\r\n");
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aPageGetsTheBodyAndItsAnswerComesBack(Transport transport) {
        try (Peer peer = http(transport)) {
            peer.sendText(post(1000));
            peer.readHead();

            assertThat(new String(peer.readBytes(), StandardCharsets.ISO_8859_1))
                    .isEqualTo("x".repeat(1000));
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aTlsHelloIsClosedWithoutAnAnswer(Transport transport) {
        try (Peer peer = http(transport)) {
            peer.sendBytes(new byte[] {0x16, 0x03, 0x01, 0x02, 0x00, 0x01, (byte) 0xff, (byte) 0xff, (byte) 0xff});

            assertThat(peer.readBytes()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void framesSentBehindTheRequestAreNotLost(Transport transport) {
        try (Peer peer = Peer.unread(EDGES.on(transport).server.http())) {
            byte[] hello = Peer.webSocketFrame(0x82, true, Peer.HELLO.toByteArray());
            peer.sendText(Peer.UPGRADE + new String(hello, StandardCharsets.ISO_8859_1));
            peer.readHead();

            assertThat(peer.read().hasWelcome()).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void anUpgradeInPiecesOfOneByteSucceeds(Transport transport) {
        try (Peer peer = Peer.unread(EDGES.on(transport).server.http())) {
            Peer.UPGRADE.chars().forEach(c -> peer.sendText(String.valueOf((char) c)));
            peer.readHead();
            peer.send(Peer.HELLO);

            assertThat(peer.read().hasWelcome()).isTrue();
        }
    }
}
