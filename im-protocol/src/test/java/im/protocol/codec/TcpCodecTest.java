package im.protocol.codec;

import static im.protocol.codec.RawWebSocket.concat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.protocol.CloseReason;
import im.protocol.Limits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TcpCodecTest {
    private final Buffers buffers = Buffers.heap();

    private static byte[] frame(byte[] body) {
        byte[] length = new byte[Varint.size(body.length)];
        Varint.put(length, 0, body.length);
        return concat(length, body);
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private List<String> decode(int max, byte[] bytes) {
        List<String> whole = Feeding.tcp(max, bytes, Feeding.WHOLE, buffers);
        assertThat(Feeding.tcp(max, bytes, Feeding.BYTE_BY_BYTE, buffers).get(0))
                .isEqualTo(whole.get(0));
        buffers.assertNothingHeld();
        return whole;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 127, 128, 16_383, 16_384, Limits.FRAME_BYTES - 1, Limits.FRAME_BYTES})
    void aFrameUpToTheLimitIsTaken(int length) {
        byte[] body = random(length);

        assertThat(Feeding.tcp(Limits.FRAME_BYTES, concat(frame(body), frame(body)), Feeding.WHOLE, buffers))
                .containsExactly("frame " + ByteBufUtil.hexDump(body), "frame " + ByteBufUtil.hexDump(body));
        buffers.assertNothingHeld();
    }

    @ParameterizedTest
    @CsvSource({
        // length bytes, largest frame, reason
        "00, 100, MALFORMED",
        "8000, 100, MALFORMED",
        "80808080, 100, ''",
        "8080808000, 100, MALFORMED",
        "8080808080, 100, MALFORMED",
        "80808080808080808001, 100, MALFORMED",
        "65, 100, TOO_LARGE",
        "e5, 100, TOO_LARGE",
        "e500, 100, TOO_LARGE",
        "ffff, 131072, ''",
        "818008, 131072, TOO_LARGE",
        "8180, 131072, ''",
        "ffffff7f, 131072, TOO_LARGE",
        "ffffffff0f, 131072, TOO_LARGE",
        "ffffffff7f, 131072, TOO_LARGE",
        "ffffffffffffffffff01, 131072, TOO_LARGE",
        "8080808008, 131072, TOO_LARGE",
        "8080808010, 131072, TOO_LARGE",
        "ffffffff07, 2147483647, ''",
        "8080808008, 2147483647, TOO_LARGE"
    })
    void aLengthIsRefusedAsSoonAsItShows(String hex, int max, String reason) {
        List<String> events = Feeding.tcp(max, HexFormat.of().parseHex(hex), Feeding.WHOLE, buffers);

        assertThat(events).isEqualTo(reason.isEmpty() ? List.of() : List.of(reason));
        buffers.assertNothingHeld();
    }

    @Test
    void theExceptionNamesTheReasonAndHasNoStackTrace() {
        ByteBuf in = buffers.of(new byte[] {0});

        assertThatThrownBy(() -> TcpCodec.tryDecode(in, 1)).isInstanceOfSatisfying(ProtocolException.class, e -> {
            assertThat(e.reason()).isEqualTo(CloseReason.MALFORMED);
            assertThat(e.getStackTrace()).isEmpty();
        });
        in.release();
    }

    @Test
    void aLengthInMoreBytesThanNeededIsRead() {
        assertThat(decode(100, new byte[] {(byte) 0x82, (byte) 0x80, 0, 7, 8})).containsExactly("frame 0708");
    }

    @Test
    void theBodyIsASliceOfTheInput() throws Exception {
        ByteBuf in = buffers.of(frame(new byte[] {1, 2, 3}));

        ByteBuf body = TcpCodec.tryDecode(in, 3);

        assertThat(body).isNotNull();
        assertThat(body.unwrap()).isSameAs(in);
        assertThat(in.refCnt()).isEqualTo(1);
        assertThat(TcpCodec.tryDecode(in, 3)).isNull();
        in.release();
        buffers.assertNothingHeld();
    }

    @Test
    void framesInAnyPiecesAreTheSameFrames() {
        long seed = System.nanoTime();
        System.out.println("TcpCodecTest seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            List<byte[]> frames = new ArrayList<>();
            for (int i = random.nextInt(10); i >= 0; i--) {
                frames.add(frame(random(1 + random.nextInt(random.nextBoolean() ? 10 : 300))));
            }
            byte[] bytes = concat(frames.toArray(byte[][]::new));
            bytes = Arrays.copyOf(bytes, bytes.length - random.nextInt(2));
            List<String> whole = Feeding.tcp(300, bytes, Feeding.WHOLE, buffers);

            assertThat(whole.size()).isGreaterThanOrEqualTo(frames.size() - 1);
            assertThat(Feeding.tcp(300, bytes, Feeding.BYTE_BY_BYTE, buffers)).isEqualTo(whole);
            assertThat(Feeding.tcp(300, bytes, () -> 1 + random.nextInt(50), buffers))
                    .isEqualTo(whole);
            buffers.assertNothingHeld();
        }
    }
}
