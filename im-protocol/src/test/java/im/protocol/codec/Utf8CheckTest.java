package im.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Utf8CheckTest {
    private final CharsetDecoder reference = StandardCharsets.UTF_8.newDecoder();

    private static boolean valid(byte[] bytes) {
        Utf8Check check = new Utf8Check();
        return check.accept(Unpooled.wrappedBuffer(bytes), 0, bytes.length, 0, 0) && check.isComplete();
    }

    private boolean validToTheJdk(byte[] bytes) {
        reference.reset();
        CharBuffer out = CharBuffer.allocate(bytes.length + 1);
        return !reference.decode(ByteBuffer.wrap(bytes), out, true).isError();
    }

    @ParameterizedTest
    @CsvSource({
        "00, true",
        "7f, true",
        "c280, true",
        "dfbf, true",
        "e0a080, true",
        "ed9fbf, true",
        "ee8080, true",
        "efbfbf, true",
        "f0908080, true",
        "f48fbfbf, true",
        "80, false",
        "bf, false",
        "c080, false",
        "c1bf, false",
        "e09fbf, false",
        "eda080, false",
        "edbfbf, false",
        "f08fbfbf, false",
        "f4908080, false",
        "f5808080, false",
        "fe, false",
        "ff, false",
        "c2, false",
        "e0a0, false",
        "f09080, false",
        "c241, false",
        "e0a041, false",
        "f0908041, false",
        "c2c2, false"
    })
    void theEdgesOfEachLengthAreKept(String hex, boolean expected) {
        assertThat(valid(HexFormat.of().parseHex(hex))).isEqualTo(expected);
    }

    @Test
    void everySequenceOfThreeBytesIsJudgedAsTheJdkDoes() {
        // The last byte counts only in where it stands to the limits of a continuation.
        int[] lasts = {0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff};
        for (int first = 0; first < 256; first++) {
            for (int second = 0; second < 256; second++) {
                for (int last : lasts) {
                    byte[] bytes = {(byte) first, (byte) second, (byte) last};
                    if (valid(bytes) != validToTheJdk(bytes)) {
                        assertThat(valid(bytes))
                                .as(HexFormat.of().formatHex(bytes))
                                .isEqualTo(validToTheJdk(bytes));
                    }
                }
            }
        }
    }

    @Test
    void randomTextInRandomPiecesUnderRandomMasksIsJudgedAsTheJdkDoes() {
        long seed = System.nanoTime();
        System.out.println("Utf8CheckTest seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = text(random);
            assertThat(validInPieces(bytes, random))
                    .as("seed=%d round=%d bytes=%s", seed, round, HexFormat.of().formatHex(bytes))
                    .isEqualTo(validToTheJdk(bytes));
        }
    }

    private static byte[] text(Random random) {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(40);
        for (int i = 0; i < length; i++) {
            int[] tops = {0x80, 0x80, 0x80, 0x800, 0xd800, 0x110000};
            int codePoint = random.nextInt(tops[random.nextInt(tops.length)]);
            text.appendCodePoint(codePoint >= 0xd800 && codePoint <= 0xdfff ? 'x' : codePoint);
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 0 && random.nextBoolean()) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }

    private static boolean validInPieces(byte[] bytes, Random random) {
        int mask = random.nextInt();
        ByteBuf masked = Unpooled.copiedBuffer(bytes);
        Framing.applyMask(masked, 0, bytes.length, mask);
        Utf8Check check = new Utf8Check();
        boolean valid = true;
        int here = 0;
        while (valid && here < bytes.length) {
            here = Math.min(bytes.length, here + 1 + random.nextInt(20));
            valid = check.acceptFrame(masked, 0, here, mask, here == bytes.length);
        }
        return valid && check.isComplete();
    }
}
