package im.protocol.codec;

import static im.protocol.codec.RawWebSocket.FIN;
import static im.protocol.codec.RawWebSocket.concat;
import static im.protocol.codec.RawWebSocket.frame;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random streams: the same events however they are cut, nothing but events and ProtocolException, nothing leaked. */
class WebSocketFuzzTest {
    private static final int MAX = 400;

    private static Random seeded(String name) {
        long seed = System.nanoTime();
        System.out.println("WebSocketFuzzTest " + name + " seed=" + seed);
        return new Random(seed);
    }

    private static WebSocketCodec.Accepts accepts(Random random) {
        return WebSocketCodec.Accepts.values()[random.nextInt(3)];
    }

    private static List<String> check(byte[] bytes, boolean server, WebSocketCodec.Accepts accepts, Random random) {
        var role = server ? WebSocketCodec.Role.SERVER : WebSocketCodec.Role.CLIENT;
        List<List<String>> results = new ArrayList<>();
        Buffers.both().forEach(buffers -> {
            for (var pieces :
                    List.of(Feeding.WHOLE, Feeding.BYTE_BY_BYTE, () -> 1 + random.nextInt(1 + random.nextInt(200)))) {
                results.add(Feeding.webSocket(new WebSocketCodec(role, accepts, MAX), bytes, pieces, buffers));
                buffers.assertNothingHeld();
            }
        });
        assertThat(results).as("bytes=%s", HexFormat.of().formatHex(bytes)).containsOnly(results.get(0));
        return results.get(0);
    }

    @Test
    void randomBytes() {
        Random random = seeded("randomBytes");
        for (int round = 0; round < 3_000; round++) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            check(bytes, random.nextBoolean(), accepts(random), random);
        }
    }

    @Test
    void randomFramesMostlyRight() {
        Random random = seeded("randomFramesMostlyRight");
        int messages = 0;
        for (int round = 0; round < 1_500; round++) {
            boolean server = random.nextBoolean();
            byte[][] frames = new byte[1 + random.nextInt(12)][];
            for (int i = 0; i < frames.length; i++) {
                frames[i] = randomFrame(server, random);
            }
            byte[] bytes = concat(frames);
            if (random.nextInt(4) == 0) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            messages += check(bytes, server, accepts(random), random).size();
        }
        assertThat(messages).as("seldom ended at once").isGreaterThan(2_000);
    }

    private static byte[] randomFrame(boolean masked, Random random) {
        int[] firsts = {FIN | 2, FIN | 2, FIN | 1, 2, 1, 0, 0, 0, FIN, FIN, FIN | 9, FIN | 10, FIN | 8};
        int first = firsts[random.nextInt(firsts.length)];
        byte[] payload =
                "Grüße 世界 ".repeat(random.nextInt(first > (FIN | 7) ? 5 : 12)).getBytes(StandardCharsets.UTF_8);
        return frame(first, masked, first == (FIN | 8) ? new byte[] {3, (byte) 232} : payload);
    }
}
