package im.protocol.codec;

import static im.protocol.codec.RawWebSocket.FIN;
import static im.protocol.codec.RawWebSocket.frame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import im.protocol.CloseReason;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CloseFrameTest {
    private final Buffers buffers = Buffers.heap();

    private List<String> received(byte[] payload) {
        WebSocketCodec codec = new WebSocketCodec(WebSocketCodec.Role.SERVER, 1_000);
        List<String> events = Feeding.webSocket(codec, frame(FIN | 8, true, payload), Feeding.WHOLE, buffers);
        buffers.assertNothingHeld();
        return events;
    }

    private static byte[] payload(int code, byte[] text) {
        return ByteBuffer.allocate(2 + text.length)
                .putShort((short) code)
                .put(text)
                .array();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(ints = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4409, 4999})
    void aCodeThatMayBeSentIsTakenAndSent(int code) {
        assertThat(received(payload(code, utf8("bye é")))).containsExactly("close " + code + " bye é");
        assertThat(received(payload(code, utf8("")))).containsExactly("close " + code + " ");
        assertThat(sent(code, "bye é")).isEqualTo(new WebSocketEvent.Close(code, "bye é"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535})
    void aCodeThatMayNotBeSentIsRefused(int code) {
        assertThat(received(payload(code, utf8("bye")))).containsExactly("PROTOCOL_ERROR");
        assertThat(received(payload(code, utf8("")))).containsExactly("PROTOCOL_ERROR");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 999, 1004, 1006, 1015, 1016, 2999, 5000, 65_535 + 1 + 1000})
    void aCodeThatMayNotBeSentIsNotEncoded(int code) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WebSocketCodec.encodeClose(code, "", Framing.WEBSOCKET_SERVER, buffers.alloc()));
        buffers.assertNothingHeld();
    }

    @Test
    void aPayloadOfOneByteIsRefused() {
        assertThat(received(new byte[] {3})).containsExactly("PROTOCOL_ERROR");
    }

    @Test
    void aTextThatIsNotUtf8IsRefused() {
        assertThat(received(payload(1000, new byte[] {(byte) 0xff}))).containsExactly("INVALID_UTF8");
        assertThat(received(payload(1000, new byte[] {'a', (byte) 0xc3}))).containsExactly("INVALID_UTF8");
    }

    @Test
    void theLongestTextHas123Bytes() {
        String longest = "x".repeat(123);

        assertThat(received(payload(1000, utf8(longest)))).containsExactly("close 1000 " + longest);
        assertThat(received(payload(1000, utf8(longest + "x")))).containsExactly("PROTOCOL_ERROR");
    }

    @Test
    void withoutACodeNothingIsSaid() {
        assertThat(sent(1005, "not sent")).isEqualTo(new WebSocketEvent.Close(1005, ""));
    }

    @Test
    void aLongTextIsCutBetweenCharacters() {
        assertThat(sentText("x".repeat(122))).isEqualTo("x".repeat(122));
        assertThat(sentText("x".repeat(123))).isEqualTo("x".repeat(123));
        assertThat(sentText("x".repeat(124))).isEqualTo("x".repeat(123));
        assertThat(sentText("é".repeat(62))).isEqualTo("é".repeat(61));
        assertThat(sentText("世".repeat(1_000))).isEqualTo("世".repeat(41));
        assertThat(sentText("\ud83d\ude00".repeat(100))).isEqualTo("\ud83d\ude00".repeat(30));
        assertThat(sentText("x" + "\ud83d\ude00".repeat(100))).isEqualTo("x" + "\ud83d\ude00".repeat(30));
        assertThat(sentText("x".repeat(122) + "\ud83d\ude00")).isEqualTo("x".repeat(122));
        assertThat(sentText("x".repeat(119) + "\ud83d\ude00")).isEqualTo("x".repeat(119) + "\ud83d\ude00");
        assertThat(sentText("lone \ud83d surrogate")).isEqualTo("lone ? surrogate");
    }

    @ParameterizedTest
    @EnumSource(
            value = CloseReason.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"PEER", "IO"})
    void everyReasonThatIsSentHasACodeThatMayBeSent(CloseReason reason) {
        assertThat(sent(reason.code(), "")).isEqualTo(new WebSocketEvent.Close(reason.code(), ""));
    }

    private String sentText(String text) {
        return sent(4400, text).text();
    }

    private WebSocketEvent.Close sent(int code, String text) {
        WebSocketEvent.Close[] closes = {
            sent(code, text, Framing.WEBSOCKET_SERVER, WebSocketCodec.Role.CLIENT),
            sent(code, text, Framing.WEBSOCKET_CLIENT, WebSocketCodec.Role.SERVER)
        };
        assertThat(closes[0]).isEqualTo(closes[1]);
        return closes[0];
    }

    private WebSocketEvent.Close sent(int code, String text, Framing framing, WebSocketCodec.Role receiver) {
        ByteBuf frame = WebSocketCodec.encodeClose(code, text, framing, buffers.alloc());
        try {
            WebSocketEvent event = new WebSocketCodec(receiver, 1_000).tryDecode(frame, buffers.alloc());
            assertThat(event).isInstanceOf(WebSocketEvent.Close.class);
            return (WebSocketEvent.Close) event;
        } catch (ProtocolException e) {
            throw new AssertionError(e.reason() + " " + e.getMessage(), e);
        } finally {
            frame.release();
            buffers.assertNothingHeld();
        }
    }
}
