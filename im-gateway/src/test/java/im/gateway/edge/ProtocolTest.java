package im.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.protocol.CloseReason;
import im.protocol.Limits;
import im.protocol.v1.Close;
import im.protocol.v1.Frame;
import im.protocol.v1.Hello;
import im.protocol.v1.Ping;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a peer that breaks the protocol gets, on TCP and on WebSocket alike. */
class ProtocolTest {
    private static final Edges EDGES = new Edges();

    @AfterAll
    static void stop() {
        EDGES.close();
    }

    static Stream<Arguments> kinds() {
        return Edges.kinds();
    }

    static Stream<Arguments> malformed() {
        byte[] ping = ping(300).toByteArray();
        List<Object[]> rows = List.of(
                new Object[] {"truncated", Arrays.copyOf(ping, ping.length - 1)},
                new Object[] {"wrong wire type", new byte[] {0x0d, 1}},
                new Object[] {"field number 0", new byte[] {0x00, 1}},
                new Object[] {"end of a group that has not begun", new byte[] {0x0c}},
                new Object[] {"a length that is longer than the frame", new byte[] {0x12, 0x7f, 0}},
                new Object[] {"a varint that does not end", new byte[] {0x08, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1}
                },
                new Object[] {"10 000 nested groups", filled(7_000, (byte) 0x0b)},
                new Object[] {"TLS", new byte[] {0x16, 0x03, 0x01, 0x02, 0x00}},
                new Object[] {"text that is not UTF-8", new byte[] {(byte) 0x82, 0x01, 3, 0x22, 1, -1}});
        return Edges.kinds()
                .flatMap(kind -> rows.stream().map(row -> Arguments.of(kind.get()[0], kind.get()[1], row[0], row[1])));
    }

    private static byte[] filled(int length, byte value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, value);
        return bytes;
    }

    private static Frame ping(long time) {
        return Frame.newBuilder()
                .setRef(time)
                .setPing(Ping.newBuilder().setClientTimeMs(time))
                .build();
    }

    @ParameterizedTest(name = "{0}, WebSocket {1}: {2}")
    @MethodSource("malformed")
    void aMalformedFirstFrameIsRefused(Transport transport, boolean webSocket, String name, byte[] body) {
        TestEdge edge = EDGES.on(transport);
        try (Peer peer = edge.connect(webSocket)) {
            peer.sendBody(body);

            assertClosed(peer, 4400);
        }
    }

    @ParameterizedTest(name = "{0}, WebSocket {1}: {2}")
    @MethodSource("malformed")
    void aMalformedLaterFrameIsRefused(Transport transport, boolean webSocket, String name, byte[] body) {
        TestEdge edge = EDGES.on(transport);
        try (Peer peer = edge.greeted(webSocket)) {
            peer.send(ping(1));
            peer.sendBody(body);
            peer.send(ping(2));

            assertThat(peer.read()).isEqualTo(ping(1));
            assertClosed(peer, 4400);
        }
    }

    /** One Close, then the end of the stream; on WebSocket one close frame, after which the peer answers. */
    private static void assertClosed(Peer peer, int code) {
        Peer.Ending ending = peer.readToEnd();
        assertThat(ending.frames()).hasSize(1);
        assertThat(ending.code()).isEqualTo(code);
        assertThat(ending.closeFrames()).isEqualTo(peer.isWebSocket() ? List.of(code) : List.of());
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aFirstFrameThatIsNotHelloIsRefused(Transport transport, boolean webSocket) {
        try (Peer peer = EDGES.on(transport).connect(webSocket)) {
            peer.send(ping(1));

            assertClosed(peer, 4400);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void anEmptyFirstFrameIsRefused(Transport transport, boolean webSocket) {
        try (Peer peer = EDGES.on(transport).connect(webSocket)) {
            peer.sendBody(new byte[0]);

            assertClosed(peer, 4400);
        }
    }

    private static byte[] hello(int bytes) {
        Frame frame =
                Frame.newBuilder().setHello(Hello.newBuilder().setToken("")).build();
        int size = frame.getSerializedSize();
        while (size != bytes) {
            int length = frame.getHello().getToken().length() + bytes - size;
            frame = Frame.newBuilder()
                    .setHello(Hello.newBuilder().setToken("x".repeat(length)))
                    .build();
            size = frame.getSerializedSize();
        }
        return frame.toByteArray();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aHelloOfTheLargestSizeIsTaken(Transport transport, boolean webSocket) {
        try (Peer peer = EDGES.on(transport).connect(webSocket)) {
            peer.sendBody(hello(Limits.HANDSHAKE_BYTES));

            assertThat(peer.read().hasWelcome()).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aHelloThatDeclaresMoreIsRefusedByItsHead(Transport transport, boolean webSocket) {
        try (Peer peer = EDGES.on(transport).connect(webSocket)) {
            byte[] framed = peer.framed(hello(Limits.HANDSHAKE_BYTES + 1));
            peer.sendBytes(Arrays.copyOf(framed, 8));

            Peer.Ending ending = peer.readToEnd();
            assertThat(ending.code()).isEqualTo(4413);
            assertThat(ending.closeFrames()).isEqualTo(webSocket ? List.of(4413) : List.of());
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void framesSentTogetherWithTheHelloDoNotCountAgainstIt(Transport transport, boolean webSocket) {
        try (Peer peer = EDGES.on(transport).connect(webSocket)) {
            byte[] hello = peer.framed(Peer.HELLO.toByteArray());
            byte[] large = peer.framed(largest().toByteArray());
            byte[] both = Arrays.copyOf(hello, hello.length + large.length);
            System.arraycopy(large, 0, both, hello.length, large.length);
            peer.sendBytes(both);

            assertThat(peer.read().hasWelcome()).isTrue();
            assertThat(peer.read()).isEqualTo(largest());
        }
    }

    private static Frame largest() {
        String text = "x".repeat(Limits.FRAME_BYTES - 9);
        return Frame.newBuilder()
                .setError(im.protocol.v1.Error.newBuilder().setText(text))
                .build();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aFrameOfTheLargestSizeIsTaken(Transport transport, boolean webSocket) {
        try (Peer peer = EDGES.on(transport).greeted(webSocket)) {
            assertThat(largest().getSerializedSize()).isEqualTo(Limits.FRAME_BYTES);
            peer.send(largest());

            assertThat(peer.read()).isEqualTo(largest());
        }
    }

    static Stream<Arguments> lengths() {
        int above = Limits.FRAME_BYTES + 1;
        List<Object[]> rows = List.of(
                new Object[] {
                    "one above the limit", new int[] {above & 0x7f | 0x80, above >> 7 & 0x7f | 0x80, above >> 14}, 4413
                },
                new Object[] {"negative in five bytes", new int[] {0xff, 0xff, 0xff, 0xff, 0x0f}, 4413},
                new Object[] {"ten bytes", new int[] {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}, 4413},
                new Object[] {
                    "ten bytes of nothing", new int[] {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0}, 4400
                },
                new Object[] {"zero", new int[] {0}, 4400});
        return TestEdge.transports().flatMap(t -> rows.stream().map(row -> Arguments.of(t, row[0], row[1], row[2])));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("lengths")
    void aTcpLengthOutOfBoundsIsRefusedByItself(Transport transport, String name, int[] length, int code) {
        try (Peer peer = EDGES.on(transport).greeted(false)) {
            byte[] bytes = new byte[length.length];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) length[i];
            }
            peer.sendBytes(bytes);

            assertClosed(peer, code);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aCloseOfThePeerEndsTheConnectionWithoutAnother(Transport transport, boolean webSocket) {
        TestEdge edge = EDGES.on(transport);
        try (Peer peer = edge.greeted(webSocket)) {
            peer.send(Frame.newBuilder()
                    .setClose(Close.newBuilder().setCode(1000))
                    .build());
            peer.send(ping(1));
            if (webSocket) {
                peer.sendBytes(Peer.webSocketFrame(0x88, true, new byte[] {0x03, (byte) 0xe8}));
            }

            assertThat(peer.readToEnd().frames()).isEmpty();
            assertThat(edge.sessions.closed).last().isEqualTo(CloseReason.PEER);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void anEndOfStreamEndsTheSession(Transport transport, boolean webSocket) {
        TestEdge edge = EDGES.on(transport);
        int before = edge.sessions.closed.size();
        try (Peer peer = edge.greeted(webSocket)) {
            peer.endOutput();
            peer.readToEnd();

            await().until(() -> edge.sessions.closed.size() == before + 1);
            assertThat(edge.sessions.closed).last().isEqualTo(CloseReason.PEER);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void framesInPiecesOfAnySizeArriveWholeAndInOrder(Transport transport, boolean webSocket) {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        try (Peer peer = EDGES.on(transport).greeted(webSocket)) {
            java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
            List<Frame> sent = Stream.generate(
                            () -> random.nextInt(10) == 0 ? largest() : ping(1 + random.nextInt(1_000_000)))
                    .limit(60)
                    .toList();
            sent.forEach(frame -> out.writeBytes(peer.framed(frame.toByteArray())));
            byte[] bytes = out.toByteArray();
            Thread writer = new Thread(() -> {
                int at = 0;
                while (at < bytes.length) {
                    int end = Math.min(bytes.length, at + 1 + random.nextInt(random.nextBoolean() ? 10 : 30_000));
                    peer.sendBytes(Arrays.copyOfRange(bytes, at, end));
                    at = end;
                }
            });
            writer.start();

            for (Frame frame : sent) {
                assertThat(peer.read()).isEqualTo(frame);
            }
        }
    }
}
