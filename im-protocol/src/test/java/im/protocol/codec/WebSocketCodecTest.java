package im.protocol.codec;

import static im.protocol.codec.RawWebSocket.FIN;
import static im.protocol.codec.RawWebSocket.concat;
import static im.protocol.codec.RawWebSocket.frame;
import static im.protocol.codec.RawWebSocket.header;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBufUtil;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server makes of right and wrong frames, and that a client differs in the mask only. */
class WebSocketCodecTest {
    private static final int MAX = 70_000;
    private static final byte[] NONE = {};
    private static final byte[] ABC = {'a', 'b', 'c'};

    private final Buffers buffers = Buffers.heap();

    private static List<String> server(byte[]... frames) {
        return decode(WebSocketCodec.Role.SERVER, frames);
    }

    private static List<String> decode(WebSocketCodec.Role role, byte[]... frames) {
        byte[] bytes = concat(frames);
        List<List<String>> results = new ArrayList<>();
        Buffers.both().forEach(buffers -> {
            for (var pieces : List.of(Feeding.WHOLE, Feeding.BYTE_BY_BYTE)) {
                results.add(Feeding.webSocket(new WebSocketCodec(role, MAX), bytes, pieces, buffers));
                buffers.assertNothingHeld();
            }
        });
        assertThat(results).as("the same, however it comes in").containsOnly(results.get(0));
        return results.get(0);
    }

    private static byte[] masked(int first, byte[] payload) {
        return frame(first, true, payload);
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31);
        }
        return bytes;
    }

    private static String binary(byte[] payload) {
        return "binary " + ByteBufUtil.hexDump(payload);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 124, 125, 126, 127, 65_535, 65_536, MAX - 1, MAX})
    void aMessageOfAnyLengthUpToTheLimitComesOutUnmasked(int length) {
        byte[] payload = bytes(length);
        byte[] whole = masked(FIN | 2, payload);
        WebSocketCodec codec = new WebSocketCodec(WebSocketCodec.Role.SERVER, MAX);

        assertThat(Feeding.webSocket(codec, whole, Feeding.WHOLE, buffers)).containsExactly(binary(payload));
        buffers.assertNothingHeld();
    }

    static Stream<Arguments> events() {
        return Stream.of(
                Arguments.of(
                        "two messages",
                        concat(masked(FIN | 2, ABC), masked(FIN | 2, NONE)),
                        List.of("binary 616263", "binary ")),
                Arguments.of("two fragments", concat(masked(2, ABC), masked(FIN, ABC)), List.of("binary 616263616263")),
                Arguments.of(
                        "fragments of which some are empty",
                        concat(masked(2, NONE), masked(0, ABC), masked(0, NONE), masked(FIN, NONE)),
                        List.of("binary 616263")),
                Arguments.of(
                        "control frames between fragments",
                        concat(masked(2, ABC), masked(FIN | 9, ABC), masked(FIN | 10, NONE), masked(FIN, NONE)),
                        List.of("ping 616263", "pong ", "binary 616263")),
                Arguments.of(
                        "two fragmented messages",
                        concat(masked(2, ABC), masked(FIN, NONE), masked(2, NONE), masked(FIN, ABC)),
                        List.of("binary 616263", "binary 616263")),
                Arguments.of(
                        "ping of 125 bytes",
                        masked(FIN | 9, bytes(125)),
                        List.of("ping " + ByteBufUtil.hexDump(bytes(125)))),
                Arguments.of("close without code", masked(FIN | 8, NONE), List.of("close 1005 ")),
                Arguments.of(
                        "close ends it",
                        concat(masked(FIN | 8, NONE), masked(FIN | 9, ABC), masked(FIN | 8, NONE)),
                        List.of("close 1005 ")),
                Arguments.of(
                        "close inside a fragmented message",
                        concat(masked(2, ABC), masked(FIN | 8, NONE)),
                        List.of("close 1005 ")),
                Arguments.of("nothing whole", Arrays.copyOf(masked(FIN | 2, ABC), 8), List.of()),
                Arguments.of("ends inside a fragmented message", masked(2, ABC), List.of()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("events")
    void framesBecomeEvents(String name, byte[] frames, List<String> expected) {
        assertThat(server(frames)).isEqualTo(expected);
    }

    static Stream<Arguments> violations() {
        List<Arguments> rows = new ArrayList<>();
        for (int rsv : new int[] {0x40, 0x20, 0x10, 0x70}) {
            rows.add(Arguments.of("reserved bit " + rsv, masked(FIN | rsv | 2, ABC), "PROTOCOL_ERROR"));
            rows.add(Arguments.of("reserved bit in ping " + rsv, masked(FIN | rsv | 9, NONE), "PROTOCOL_ERROR"));
        }
        for (int opcode : new int[] {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
            rows.add(Arguments.of("reserved opcode " + opcode, masked(FIN | opcode, NONE), "PROTOCOL_ERROR"));
        }
        for (int opcode : new int[] {8, 9, 10}) {
            rows.add(Arguments.of("fragmented control " + opcode, masked(opcode, NONE), "PROTOCOL_ERROR"));
            rows.add(Arguments.of("long control " + opcode, masked(FIN | opcode, bytes(126)), "PROTOCOL_ERROR"));
            rows.add(Arguments.of(
                    "control with 64-bit length " + opcode, header(FIN | opcode, true, 1, 8), "PROTOCOL_ERROR"));
        }
        rows.add(Arguments.of("no mask", frame(FIN | 2, false, ABC), "PROTOCOL_ERROR"));
        rows.add(Arguments.of("no mask, empty", frame(FIN | 2, false, NONE), "PROTOCOL_ERROR"));
        rows.add(Arguments.of("ping without mask", frame(FIN | 9, false, NONE), "PROTOCOL_ERROR"));
        rows.add(Arguments.of("stray continuation", masked(FIN, ABC), "PROTOCOL_ERROR"));
        rows.add(Arguments.of("stray open continuation", masked(0, ABC), "PROTOCOL_ERROR"));
        rows.add(Arguments.of("text", masked(FIN | 1, ABC), "UNSUPPORTED_DATA"));
        rows.add(Arguments.of("fragmented text", masked(1, ABC), "UNSUPPORTED_DATA"));
        rows.add(Arguments.of("16-bit length of 125", header(FIN | 2, true, 125, 2), "PROTOCOL_ERROR"));
        rows.add(Arguments.of("16-bit length of 0", header(FIN | 2, true, 0, 2), "PROTOCOL_ERROR"));
        rows.add(Arguments.of("64-bit length of 65535", header(FIN | 2, true, 65_535, 8), "PROTOCOL_ERROR"));
        rows.add(Arguments.of("64-bit length of 0", header(FIN | 2, true, 0, 8), "PROTOCOL_ERROR"));
        rows.add(Arguments.of("length with the top bit", header(FIN | 2, true, Long.MIN_VALUE, 8), "PROTOCOL_ERROR"));
        rows.add(Arguments.of("length -1", header(FIN | 2, true, -1, 8), "PROTOCOL_ERROR"));
        rows.add(Arguments.of("one byte too many", header(FIN | 2, true, MAX + 1, 8), "MESSAGE_TOO_BIG"));
        rows.add(Arguments.of("first fragment too big", header(2, true, MAX + 1, 8), "MESSAGE_TOO_BIG"));
        rows.add(Arguments.of("4 GiB", header(FIN | 2, true, 1L << 32, 8), "MESSAGE_TOO_BIG"));
        rows.add(Arguments.of("all that 63 bits say", header(FIN | 2, true, Long.MAX_VALUE, 8), "MESSAGE_TOO_BIG"));
        rows.add(Arguments.of("wrong after right", concat(masked(2, ABC), masked(FIN | 2, ABC)), "PROTOCOL_ERROR"));
        rows.add(Arguments.of("text inside a message", concat(masked(2, ABC), masked(FIN | 1, ABC)), "PROTOCOL_ERROR"));
        rows.add(Arguments.of(
                "continuation after the last", concat(masked(FIN | 10, ABC), masked(0, ABC)), "PROTOCOL_ERROR"));
        return rows.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("violations")
    void aViolationEndsItOnceWithItsReason(String name, byte[] frames, String reason) {
        List<String> events = server(frames, masked(FIN | 2, ABC), masked(FIN | 8, NONE));

        assertThat(events)
                .endsWith(reason)
                .filteredOn(event -> event.equals(reason))
                .hasSize(1);
        assertThat(events).doesNotContain("binary 616263", "close 1005 ");
    }

    @Test
    void fragmentsThatAddUpToTheLimitAreAMessage() {
        byte[] payload = bytes(MAX);

        List<String> events = server(
                masked(2, Arrays.copyOf(payload, 1)),
                masked(0, Arrays.copyOfRange(payload, 1, MAX - 1)),
                masked(FIN, Arrays.copyOfRange(payload, MAX - 1, MAX)));

        assertThat(events).containsExactly(binary(payload));
    }

    @Test
    void fragmentsThatAddUpToMoreAreRefusedFromTheHeader() {
        assertThat(server(masked(2, bytes(MAX - 1)), header(0, true, 2, 0))).containsExactly("MESSAGE_TOO_BIG");
        assertThat(server(masked(2, bytes(MAX)), header(FIN, true, 1, 0))).containsExactly("MESSAGE_TOO_BIG");
    }

    @ParameterizedTest
    @ValueSource(ints = {127, 128, 129})
    void atMost128FragmentsMakeAMessage(int fragments) {
        for (byte[] payload : List.of(NONE, new byte[] {7})) {
            byte[][] frames = new byte[fragments][];
            for (int i = 0; i < fragments; i++) {
                int first = (i == 0 ? 2 : 0) | (i == fragments - 1 ? FIN : 0);
                frames[i] = concat(masked(first, payload), masked(FIN | 9, NONE));
            }

            List<String> events = server(frames);
            events.removeIf("ping "::equals);

            String message = "binary " + ByteBufUtil.hexDump(payload).repeat(fragments);
            assertThat(events).containsExactly(fragments <= 128 ? message : "POLICY");
        }
    }

    @Test
    void aClientTakesUnmaskedFramesOnly() {
        WebSocketCodec.Role client = WebSocketCodec.Role.CLIENT;

        assertThat(decode(client, frame(FIN | 2, false, ABC), frame(2, false, ABC), frame(FIN, false, NONE)))
                .containsExactly("binary 616263", "binary 616263");
        assertThat(decode(client, frame(FIN | 2, true, ABC))).containsExactly("PROTOCOL_ERROR");
        assertThat(decode(client, header(FIN | 2, false, MAX + 1, 8))).containsExactly("MESSAGE_TOO_BIG");
    }

    @Test
    void aMessageInOnePieceIsNotCopiedAndAFragmentedOneIsHeldUntilTheNextCall() throws Exception {
        WebSocketCodec codec = new WebSocketCodec(WebSocketCodec.Role.SERVER, MAX);
        var in = buffers.of(concat(masked(FIN | 2, ABC), masked(2, ABC), masked(FIN, ABC)));
        var own = Buffers.heap();

        var whole = (WebSocketEvent.Message) requireNonNull(codec.tryDecode(in, own.alloc()));
        assertThat(whole.payload().unwrap()).isSameAs(in);
        own.assertNothingHeld();

        var aggregate = (WebSocketEvent.Message) requireNonNull(codec.tryDecode(in, own.alloc()));
        assertThat(aggregate.payload().refCnt()).isEqualTo(1);

        assertThat(codec.tryDecode(in, own.alloc())).isNull();
        assertThat(aggregate.payload().refCnt()).isZero();
        own.assertNothingHeld();
        in.release();
        buffers.assertNothingHeld();
    }

    @Test
    void aViolationInsideAnOpenMessageDropsItAtOnce() throws Exception {
        WebSocketCodec codec = new WebSocketCodec(WebSocketCodec.Role.SERVER, MAX);
        var in = buffers.of(concat(masked(2, bytes(1_000)), masked(FIN | 2, ABC)));

        assertThatThrownBy(() -> codec.tryDecode(in, buffers.alloc())).isInstanceOf(ProtocolException.class);

        in.release();
        buffers.assertNothingHeld();
    }

    @Test
    void aCodecThatEndsWithAnOpenMessageHoldsNothing() throws Exception {
        WebSocketCodec codec = new WebSocketCodec(WebSocketCodec.Role.SERVER, MAX);
        var in = buffers.of(masked(2, bytes(1_000)));

        assertThat(codec.tryDecode(in, buffers.alloc())).isNull();
        codec.release();
        codec.release();

        in.release();
        buffers.assertNothingHeld();
    }
}
