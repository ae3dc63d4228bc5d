package im.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.Limits;
import im.protocol.v1.Frame;
import im.protocol.v1.Ping;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A WebSocket of im.v1.json: text messages, strictly read, and the same close codes as everywhere. */
class JsonTest {
    private static final Edges EDGES = new Edges();
    private static final int TEXT = 0x81;
    private static final int BINARY = 0x82;
    private static final int FIRST_FRAGMENT = 0x01;
    private static final int FRAGMENT = 0x00;
    private static final int LAST_FRAGMENT = 0x80;
    private static final String HELLO = "{\"ref\":\"1\",\"hello\":{\"device\":\"d\"}}";

    @AfterAll
    static void stop() {
        EDGES.close();
    }

    static Stream<Transport> transports() {
        return TestEdge.transports();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] text(String text) {
        return Peer.webSocketFrame(TEXT, true, utf8(text));
    }

    private static byte[] all(byte[]... frames) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] frame : frames) {
            out.writeBytes(frame);
        }
        return out.toByteArray();
    }

    private static Peer greeted(TestEdge edge) {
        Peer peer = Peer.json(edge.server.http());
        peer.sendBytes(text(HELLO));
        assertThat(new String(peer.readWebSocketFrame(), StandardCharsets.ISO_8859_1))
                .isEqualTo((char) TEXT + "{\"ref\":\"1\",\"welcome\":{\"version\":1}}");
        return peer;
    }

    private static Frame ping(long time) {
        return Frame.newBuilder()
                .setRef(time)
                .setPing(Ping.newBuilder().setClientTimeMs(time))
                .build();
    }

    private static String pingText(long time) {
        return "{\"ref\":" + time + ",\"ping\":{\"clientTimeMs\":\"" + time + "\"}}";
    }

    @ParameterizedTest
    @MethodSource("transports")
    void framesAreTextMessagesInBothDirections(Transport transport) {
        try (Peer peer = greeted(EDGES.on(transport))) {
            peer.sendBytes(text(pingText(7)));

            assertThat(peer.read()).isEqualTo(ping(7));
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aFrameInFragmentsIsTakenAlsoWhereACharacterIsCut(Transport transport) {
        byte[] text = utf8("{\"ref\":5,\"error\":{\"text\":\"Grüße 世界 \ud83d\ude00\"}}");
        try (Peer peer = greeted(EDGES.on(transport))) {
            for (int cut = 1; cut < text.length; cut++) {
                peer.sendBytes(all(
                        Peer.webSocketFrame(FIRST_FRAGMENT, true, Arrays.copyOf(text, cut)),
                        Peer.webSocketFrame(LAST_FRAGMENT, true, Arrays.copyOfRange(text, cut, text.length))));

                assertThat(peer.read().getError().getText()).isEqualTo("Grüße 世界 \ud83d\ude00");
            }
        }
    }

    static Stream<Arguments> violations() {
        byte[] huge = new byte[14];
        huge[0] = (byte) TEXT;
        huge[1] = (byte) 0xff;
        huge[7] = (byte) (Limits.JSON_FRAME_BYTES + 1 >> 16);
        huge[9] = (byte) (Limits.JSON_FRAME_BYTES + 1);
        byte[] third = new byte[Limits.JSON_FRAME_BYTES / 3 + 1];
        Arrays.fill(third, (byte) ' ');
        List<Object[]> rows = List.of(
                row("binary message", Peer.webSocketFrame(BINARY, true, ping(1).toByteArray()), 1003, false),
                row("binary message in fragments", Peer.webSocketFrame(2, true, new byte[] {8}), 1003, false),
                row("text that is not UTF-8", Peer.webSocketFrame(TEXT, true, new byte[] {'{', -1}), 1007, false),
                row("one byte above the limit", huge, 1009, false),
                row(
                        "fragments that add up to more",
                        all(
                                Peer.webSocketFrame(FIRST_FRAGMENT, true, third),
                                Peer.webSocketFrame(FRAGMENT, true, third),
                                Peer.webSocketFrame(FRAGMENT, true, third)),
                        1009,
                        false),
                row("empty message", text(""), 4400, true),
                row("no object", text("[]"), 4400, true),
                row("trailing text", text(pingText(1) + "x"), 4400, true),
                row("two frames in a message", text(pingText(1) + pingText(2)), 4400, true),
                row("duplicate key", text("{\"ref\":1,\"ref\":1}"), 4400, true),
                row("bare key", text("{ref:1}"), 4400, true),
                row("single quotes", text("{'ref':1}"), 4400, true),
                row("comment", text("{/**/}"), 4400, true),
                row("lone surrogate", text("{\"error\":{\"text\":\"\\ud800\"}}"), 4400, true),
                row("wrong type", text("{\"ping\":[]}"), 4400, true),
                row("two bodies", text("{\"ping\":{},\"pong\":{}}"), 4400, true),
                row("17 levels", text("{\"x\":" + "[".repeat(16) + "]".repeat(16) + "}"), 4400, true),
                row("100 000 levels", text("[".repeat(100_000)), 4400, true));
        return TestEdge.transports()
                .flatMap(t -> rows.stream().map(row -> Arguments.of(t, row[0], row[1], row[2], row[3])));
    }

    private static Object[] row(String name, byte[] bytes, int code, boolean withClose) {
        return new Object[] {name, bytes, code, withClose};
    }

    @ParameterizedTest(name = "{0}: {1} gets {3}")
    @MethodSource("violations")
    void aViolationGetsOneCloseFrame(Transport transport, String name, byte[] bytes, int code, boolean withClose) {
        try (Peer peer = greeted(EDGES.on(transport))) {
            peer.sendBytes(bytes);
            peer.sendBytes(text(pingText(3)));

            Peer.Ending ending = peer.readToEnd();
            assertThat(ending.closeFrames()).containsExactly(code);
            assertThat(ending.frames()).hasSize(withClose ? 1 : 0);
            assertThat(ending.code()).isEqualTo(withClose ? code : 0);
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aFrameOfTheLargestSizeIsTaken(Transport transport) {
        String head = "{\"ref\":9,\"error\":{\"text\":\"";
        String text = head + "x".repeat(Limits.JSON_FRAME_BYTES - head.length() - 3) + "\"}}";
        try (Peer peer = greeted(EDGES.on(transport))) {
            assertThat(text).hasSize(Limits.JSON_FRAME_BYTES);
            peer.sendBytes(text(text));

            assertThat(peer.read().getRef()).isEqualTo(9);
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aHelloOfTheLargestSizeIsTakenAndALargerOneIsRefusedByItsHead(Transport transport) {
        String hello = HELLO + " ".repeat(Limits.HANDSHAKE_BYTES - HELLO.length());
        try (Peer peer = Peer.json(EDGES.on(transport).server.http())) {
            peer.sendBytes(text(hello));

            assertThat(peer.read().hasWelcome()).isTrue();
        }
        try (Peer peer = Peer.json(EDGES.on(transport).server.http())) {
            peer.sendBytes(Arrays.copyOf(text(hello + " "), 8));

            Peer.Ending ending = peer.readToEnd();
            assertThat(ending.code()).isEqualTo(4413);
            assertThat(ending.closeFrames()).containsExactly(4413);
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aFirstFrameThatIsNotHelloIsRefused(Transport transport) {
        for (String first : List.of(pingText(1), "{}", "{\"x\":1}", "no JSON", "")) {
            try (Peer peer = Peer.json(EDGES.on(transport).server.http())) {
                peer.sendBytes(text(first));

                Peer.Ending ending = peer.readToEnd();
                assertThat(ending.code()).isEqualTo(4400);
                assertThat(ending.closeFrames()).containsExactly(4400);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void anUnknownBodyReachesTheSession(Transport transport) {
        try (Peer peer = greeted(EDGES.on(transport))) {
            peer.sendBytes(text("{\"ref\":\"4\",\"teleport\":{\"to\":[\"mars\"]}}"));

            assertThat(peer.read()).isEqualTo(Frame.newBuilder().setRef(4).build());
        }
    }
}
