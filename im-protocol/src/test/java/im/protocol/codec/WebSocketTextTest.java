package im.protocol.codec;

import static im.protocol.codec.RawWebSocket.FIN;
import static im.protocol.codec.RawWebSocket.concat;
import static im.protocol.codec.RawWebSocket.frame;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A codec that takes text lets only UTF-8 through, and says so at the first byte that is none. */
class WebSocketTextTest {
    private static final byte[] TEXT =
            "Grüße, κόσμε, 世界, \ud83d\ude00 and plain words".getBytes(StandardCharsets.UTF_8);

    private final Buffers buffers = Buffers.heap();

    private static WebSocketCodec codec() {
        return new WebSocketCodec(WebSocketCodec.Role.SERVER, WebSocketCodec.Accepts.BOTH, 1_000);
    }

    private static byte[] masked(int first, byte[] payload) {
        return frame(first, true, payload);
    }

    private List<String> decode(byte[]... frames) {
        List<String> whole = Feeding.webSocket(codec(), concat(frames), Feeding.WHOLE, buffers);
        List<String> single = Feeding.webSocket(codec(), concat(frames), Feeding.BYTE_BY_BYTE, buffers);
        assertThat(single).isEqualTo(whole);
        buffers.assertNothingHeld();
        return whole;
    }

    @Test
    void textAndBinaryMessagesAreToldApart() {
        assertThat(decode(masked(FIN | 1, TEXT), masked(FIN | 2, TEXT), masked(FIN | 1, new byte[0])))
                .containsExactly("text " + ByteBufUtil.hexDump(TEXT), "binary " + ByteBufUtil.hexDump(TEXT), "text ");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void theKindThatIsNotAcceptedIsRefusedAtItsHeader(int opcode) {
        var accepts = opcode == 1 ? WebSocketCodec.Accepts.BINARY : WebSocketCodec.Accepts.TEXT;
        byte[] head = Arrays.copyOf(masked(FIN | opcode, TEXT), 2);
        byte[] first = Arrays.copyOf(masked(opcode, TEXT), 2);

        for (byte[] bytes : List.of(head, first)) {
            WebSocketCodec codec = new WebSocketCodec(WebSocketCodec.Role.SERVER, accepts, 1_000);
            assertThat(Feeding.webSocket(codec, bytes, Feeding.WHOLE, buffers)).containsExactly("UNSUPPORTED_DATA");
        }
        WebSocketCodec other = new WebSocketCodec(WebSocketCodec.Role.SERVER, accepts, 1_000);
        assertThat(Feeding.webSocket(other, masked(FIN | (3 - opcode), TEXT), Feeding.WHOLE, buffers))
                .containsExactly((opcode == 1 ? "binary " : "text ") + ByteBufUtil.hexDump(TEXT));
    }

    @Test
    void aCharacterMayBeCutByAFragmentAtAnyByteWithAPingBetween() {
        for (int cut = 0; cut <= TEXT.length; cut++) {
            List<String> events = decode(
                    masked(1, Arrays.copyOf(TEXT, cut)),
                    masked(FIN | 9, new byte[] {(byte) 0xff}),
                    masked(FIN, Arrays.copyOfRange(TEXT, cut, TEXT.length)));

            assertThat(events).containsExactly("ping ff", "text " + ByteBufUtil.hexDump(TEXT));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"80", "c0af", "eda080", "f4908080", "ff", "61ce", "e282", "f09f98", "6161616161616161ff"})
    void textThatIsNotUtf8IsRefusedHoweverItIsCut(String hex) {
        byte[] bad = HexFormat.of().parseHex(hex);

        assertThat(decode(masked(FIN | 1, bad), masked(FIN | 2, TEXT))).containsExactly("INVALID_UTF8");
        for (int cut = 0; cut <= bad.length; cut++) {
            byte[] head = Arrays.copyOf(bad, cut);
            byte[] tail = Arrays.copyOfRange(bad, cut, bad.length);
            assertThat(decode(masked(1, head), masked(FIN, tail))).containsExactly("INVALID_UTF8");
        }
    }

    @Test
    void aBadByteIsRefusedBeforeItsFrameIsThere() {
        byte[] bad = concat(TEXT, new byte[] {(byte) 0xff}, TEXT);
        byte[] bytes = masked(FIN | 1, bad);
        int upToTheBadByte = bytes.length - TEXT.length;

        assertThat(Feeding.webSocket(codec(), Arrays.copyOf(bytes, upToTheBadByte - 1), Feeding.WHOLE, buffers))
                .isEmpty();
        assertThat(Feeding.webSocket(codec(), Arrays.copyOf(bytes, upToTheBadByte), Feeding.WHOLE, buffers))
                .containsExactly("INVALID_UTF8");
    }

    @Test
    void binaryMessagesAreNotChecked() {
        assertThat(decode(masked(FIN | 2, new byte[] {(byte) 0xff}))).containsExactly("binary ff");
        assertThat(decode(masked(2, new byte[] {(byte) 0xff}), masked(FIN, new byte[] {(byte) 0xc0})))
                .containsExactly("binary ffc0");
    }

    @Test
    void aSecondTextStartsAnew() throws Exception {
        ByteBuf in = buffers.of(concat(masked(FIN | 1, TEXT), masked(1, TEXT), masked(FIN, TEXT)));
        WebSocketCodec codec = codec();

        for (String expected : List.of(utf8(TEXT), utf8(TEXT) + utf8(TEXT))) {
            var message = (WebSocketEvent.Message) codec.tryDecode(in, buffers.alloc());
            assertThat(message).isNotNull();
            assertThat(message.text()).isTrue();
            assertThat(message.payload().toString(StandardCharsets.UTF_8)).isEqualTo(expected);
        }
        codec.release();
        in.release();
        buffers.assertNothingHeld();
    }

    private static String utf8(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
