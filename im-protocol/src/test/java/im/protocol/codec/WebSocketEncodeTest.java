package im.protocol.codec;

import static im.protocol.codec.RawWebSocket.FIN;
import static im.protocol.codec.RawWebSocket.frame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebSocketEncodeTest {
    private final Buffers buffers = Buffers.heap();

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 9, 125, 126, 127, 65_535, 65_536, 100_000})
    void aServersFrameIsTheHeaderInItsShortestFormAndThePayload(int length) {
        byte[] payload = random(length);
        ByteBuf in = buffers.of(payload);

        ByteBuf out = WebSocketCodec.encode(WebSocketCodec.BINARY, in, Framing.WEBSOCKET_SERVER, buffers.alloc());

        assertThat(out.capacity()).isEqualTo(out.readableBytes());
        assertThat(Buffers.drain(out)).isEqualTo(frame(FIN | 2, false, payload));
        assertThat(Buffers.drain(in)).isEqualTo(payload);
        buffers.assertNothingHeld();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7, 8, 9, 125, 126, 127, 65_535, 65_536, 100_000})
    void aClientsFrameIsReadBackByAServer(int length) throws Exception {
        byte[] payload = random(length);
        ByteBuf in = buffers.of(payload);

        ByteBuf out = WebSocketCodec.encode(WebSocketCodec.BINARY, in, Framing.WEBSOCKET_CLIENT, buffers.alloc());

        assertThat(out.capacity()).isEqualTo(out.readableBytes());
        var codec = new WebSocketCodec(WebSocketCodec.Role.SERVER, 100_000);
        var message = (WebSocketEvent.Message) codec.tryDecode(out, buffers.alloc());
        assertThat(message).isNotNull();
        assertThat(ByteBufUtil.getBytes(message.payload())).isEqualTo(payload);
        assertThat(out.isReadable()).isFalse();
        out.release();
        in.release();
        buffers.assertNothingHeld();
    }

    @Test
    void aClientsMasksDiffer() {
        Set<Integer> masks = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            ByteBuf in = buffers.of(new byte[0]);
            ByteBuf out = WebSocketCodec.encodePing(in, Framing.WEBSOCKET_CLIENT, buffers.alloc());
            masks.add(out.getInt(2));
            out.release();
            in.release();
        }

        assertThat(masks).hasSizeGreaterThan(90);
    }

    @Test
    void pingAndPongCarryThePayload() {
        byte[] payload = random(125);
        ByteBuf in = buffers.of(payload);

        ByteBuf ping = WebSocketCodec.encodePing(in, Framing.WEBSOCKET_SERVER, buffers.alloc());
        ByteBuf pong = WebSocketCodec.encodePong(in, Framing.WEBSOCKET_SERVER, buffers.alloc());

        assertThat(Buffers.drain(ping)).isEqualTo(frame(FIN | 9, false, payload));
        assertThat(Buffers.drain(pong)).isEqualTo(frame(FIN | 10, false, payload));
        in.release();
        buffers.assertNothingHeld();
    }

    @Test
    void tcpHasNoWebSocketFrames() {
        ByteBuf in = buffers.of(new byte[0]);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> WebSocketCodec.encode(WebSocketCodec.BINARY, in, Framing.TCP, buffers.alloc()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WebSocketCodec.encodeClose(1000, "", Framing.TCP, buffers.alloc()));
        in.release();
        buffers.assertNothingHeld();
    }

    @Test
    void theAcceptKeyIsThatOfTheRfc() {
        assertThat(WebSocketCodec.acceptKey("dGhlIHNhbXBsZSBub25jZQ==")).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    static List<Buffers> memory() {
        return Buffers.both().toList();
    }

    @ParameterizedTest
    @MethodSource("memory")
    void theMaskTurnsWithTheBytesAtEveryOffsetAndLength(Buffers memory) {
        byte[] mask = {0x12, 0x34, 0x56, (byte) 0x9a};
        for (int offset = 0; offset < 9; offset++) {
            for (int length = 0; length < 40; length++) {
                byte[] bytes = random(offset + length + 3);
                ByteBuf buffer = memory.of(bytes);
                Framing.applyMask(buffer, offset, length, 0x9a563412);
                for (int i = 0; i < length; i++) {
                    bytes[offset + i] ^= mask[i % 4];
                }
                assertThat(Buffers.drain(buffer)).isEqualTo(bytes);
            }
        }
        memory.assertNothingHeld();
    }
}
