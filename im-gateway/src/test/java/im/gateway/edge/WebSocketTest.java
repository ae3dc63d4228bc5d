package im.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.protocol.CloseReason;
import im.protocol.Limits;
import im.protocol.v1.Close;
import im.protocol.v1.Frame;
import im.protocol.v1.Ping;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a peer that breaks RFC 6455 gets: exactly one close frame, with the right code. */
class WebSocketTest {
    private static final Edges EDGES = new Edges();
    private static final int BINARY = 0x82;
    private static final int TEXT = 0x81;
    private static final int CLOSE = 0x88;
    private static final int PING = 0x89;
    private static final int FIRST_FRAGMENT = 0x02;
    private static final int FRAGMENT = 0x00;
    private static final byte[] NOTHING = {};

    @AfterAll
    static void stop() {
        EDGES.close();
    }

    static Stream<Arguments> violations() {
        List<Object[]> rows = List.of(
                row("unmasked frame", Peer.webSocketFrame(BINARY, false, new byte[3]), 1002),
                row("unmasked ping", Peer.webSocketFrame(PING, false, NOTHING), 1002),
                row("first reserved bit", frame(BINARY | 0x40, 3), 1002),
                row("second reserved bit", frame(BINARY | 0x20, 3), 1002),
                row("third reserved bit", frame(BINARY | 0x10, 3), 1002),
                row("opcode 3", frame(0x83, 3), 1002),
                row("opcode 7", frame(0x87, 3), 1002),
                row("opcode 11", frame(0x8b, 3), 1002),
                row("opcode 15", frame(0x8f, 3), 1002),
                row("fragmented ping", frame(0x09, 3), 1002),
                row("fragmented close", frame(0x08, 2), 1002),
                row("ping of 126 bytes", frame(PING, 126), 1002),
                row("stray continuation", frame(0x80, 3), 1002),
                row("message inside a fragmented one", all(frame(FIRST_FRAGMENT, 3), frame(BINARY, 3)), 1002),
                row("length in two bytes that fits one", new byte[] {(byte) BINARY, (byte) 0xfe, 0, 5}, 1002),
                row("length in eight bytes that fits two", length(5), 1002),
                row("negative length", length(-1), 1002),
                row("close payload of one byte", frame(CLOSE, 1), 1002),
                row("close code 999", close(999), 1002),
                row("close code 1004", close(1004), 1002),
                row("close code 1005", close(1005), 1002),
                row("close code 1006", close(1006), 1002),
                row("close code 1015", close(1015), 1002),
                row("close code 2999", close(2999), 1002),
                row("close code 5000", close(5000), 1002),
                row("close text that is not UTF-8", masked(CLOSE, 0x03, 0xe8, 0xff), 1007),
                row("text", masked(TEXT, '{', '}'), 1003),
                row("text that is not UTF-8", masked(TEXT, 0xff), 1003),
                row("declared length one above the limit", length(Limits.FRAME_BYTES + 1L), 1009),
                row("declared length of 2^62", length(1L << 62), 1009),
                row("fragments that add up to more", fragments(3, Limits.FRAME_BYTES / 2), 1009),
                row("129 fragments", fragments(129, 1), 1008),
                row("10 000 empty fragments", fragments(10_000, 0), 1008));
        return TestEdge.transports().flatMap(t -> rows.stream().map(row -> Arguments.of(t, row[0], row[1], row[2])));
    }

    private static Object[] row(String name, byte[] bytes, int code) {
        return new Object[] {name, bytes, code};
    }

    private static byte[] frame(int first, int length) {
        return Peer.webSocketFrame(first, true, new byte[length]);
    }

    private static byte[] masked(int first, int... payload) {
        byte[] bytes = new byte[payload.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) payload[i];
        }
        return Peer.webSocketFrame(first, true, bytes);
    }

    private static byte[] close(int code) {
        return masked(CLOSE, code >> 8, code);
    }

    /** The head of a frame with a length of eight bytes, and no payload. */
    private static byte[] length(long length) {
        byte[] head = new byte[14];
        head[0] = (byte) BINARY;
        head[1] = (byte) 0xff;
        for (int i = 0; i < 8; i++) {
            head[2 + i] = (byte) (length >>> (56 - 8 * i));
        }
        return head;
    }

    private static byte[] fragments(int count, int bytes) {
        byte[][] frames = new byte[count][];
        Arrays.fill(frames, frame(FRAGMENT, bytes));
        frames[0] = frame(FIRST_FRAGMENT, bytes);
        return all(frames);
    }

    private static byte[] all(byte[]... frames) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] frame : frames) {
            out.writeBytes(frame);
        }
        return out.toByteArray();
    }

    static Stream<Transport> transports() {
        return TestEdge.transports();
    }

    @ParameterizedTest(name = "{0}: {1} gets {3}")
    @MethodSource("violations")
    void aViolationGetsOneCloseFrame(Transport transport, String name, byte[] bytes, int code) {
        try (Peer peer = EDGES.on(transport).greeted(true)) {
            peer.sendBytes(bytes);
            peer.sendBytes(frame(BINARY, 10));

            Peer.Ending ending = peer.readToEnd();
            assertThat(ending.closeFrames()).containsExactly(code);
            assertThat(ending.frames()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aMessageOfTheLargestSizeInFragmentsIsTaken(Transport transport) {
        try (Peer peer = EDGES.on(transport).greeted(true)) {
            Frame large = Frame.newBuilder()
                    .setClose(Close.newBuilder().setText("x".repeat(Limits.FRAME_BYTES - 10)))
                    .build();
            byte[] body = Arrays.copyOf(large.toByteArray(), Limits.FRAME_BYTES);
            assertThat(large.getSerializedSize()).isLessThanOrEqualTo(Limits.FRAME_BYTES);
            byte[] exact = large.toByteArray();
            int half = exact.length / 2;

            peer.sendBytes(Peer.webSocketFrame(FIRST_FRAGMENT, true, Arrays.copyOf(exact, half)));
            peer.sendBytes(Peer.webSocketFrame(PING, true, new byte[] {7}));
            peer.sendBytes(Peer.webSocketFrame(0x80, true, Arrays.copyOfRange(exact, half, exact.length)));
            peer.sendBytes(close(1000));

            assertThat(body).hasSize(Limits.FRAME_BYTES);
            assertThat(peer.readWebSocketFrame()).containsExactly(0x8a, 7);
            assertThat(peer.readToEnd().closeFrames()).containsExactly(1000);
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aPingGetsItsPayloadBack(Transport transport) {
        try (Peer peer = EDGES.on(transport).greeted(true)) {
            byte[] payload = new byte[125];
            Arrays.fill(payload, (byte) 5);
            peer.sendBytes(Peer.webSocketFrame(PING, true, payload));

            assertThat(peer.readWebSocketFrame())
                    .hasSize(126)
                    .startsWith(0x8a, 5)
                    .endsWith(5);
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aFloodOfPingsIsEnded(Transport transport) {
        try (Peer peer = EDGES.on(transport).greeted(true)) {
            byte[][] pings = new byte[1_000][];
            Arrays.fill(pings, frame(PING, 0));
            peer.sendBytes(all(pings));

            Peer.Ending ending = peer.readToEnd();
            assertThat(ending.code()).isEqualTo(4429);
            assertThat(ending.closeFrames()).containsExactly(4429);
            assertThat(ending.frames())
                    .last()
                    .satisfies(frame ->
                            assertThat(frame.getClose().getRetryAfterMs()).isPositive());
        }
    }

    static Stream<Arguments> closes() {
        return TestEdge.transports()
                .flatMap(t -> Stream.of(1000, 1001, 1003, 1007, 1011, 3000, 4000, 4999, 1005)
                        .map(code -> Arguments.of(t, code)));
    }

    @ParameterizedTest
    @MethodSource("closes")
    void aCloseFrameIsEchoedOnce(Transport transport, int code) {
        TestEdge edge = EDGES.on(transport);
        try (Peer peer = edge.greeted(true)) {
            peer.sendBytes(code == 1005 ? frame(CLOSE, 0) : close(code));
            peer.sendBytes(frame(BINARY, 3));

            Peer.Ending ending = peer.readToEnd();
            assertThat(ending.closeFrames()).containsExactly(code);
            assertThat(ending.frames()).isEmpty();
            assertThat(edge.sessions.closed).last().isEqualTo(CloseReason.PEER);
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aCloseOfTheProtocolThenACloseFrameAreAnsweredByOneCloseFrame(Transport transport) {
        try (Peer peer = EDGES.on(transport).greeted(true)) {
            peer.send(Frame.newBuilder()
                    .setClose(Close.newBuilder().setCode(1000))
                    .build());
            peer.send(Frame.newBuilder().setPing(Ping.getDefaultInstance()).build());
            peer.sendBytes(close(1000));

            Peer.Ending ending = peer.readToEnd();
            assertThat(ending.closeFrames()).containsExactly(1000);
            assertThat(ending.frames()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("transports")
    void aPeerThatIgnoresOurCloseIsCutOff(Transport transport) {
        try (TestEdge edge = TestEdge.parting(transport, Duration.ofSeconds(1), new EchoSessions());
                Peer peer = edge.greeted(true)) {
            peer.rude().sendBody(new byte[] {1});

            Peer.Ending ending = peer.readToEnd();
            assertThat(ending.code()).isEqualTo(4400);
            assertThat(ending.closeFrames()).containsExactly(4400);
            await().until(() -> !peer.sendBytes(new byte[100]));
        }
    }
}
