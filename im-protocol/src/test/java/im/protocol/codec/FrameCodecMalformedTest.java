package im.protocol.codec;

import static im.protocol.codec.RawWebSocket.concat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import im.protocol.CloseReason;
import im.protocol.Limits;
import im.protocol.v1.Frame;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever comes in is a frame or MALFORMED, from heap and direct memory alike. */
class FrameCodecMalformedTest {
    private static final byte START_GROUP_100 = (byte) 0xa3;
    private static final byte END_GROUP_100 = (byte) 0xa4;

    private final Buffers heap = Buffers.heap();
    private final Buffers direct = Buffers.direct();

    /** Whether it is a frame; fails on anything but a frame or MALFORMED. */
    private boolean isFrame(byte[] bytes) {
        boolean onHeap = isFrame(heap.of(bytes));
        assertThat(isFrame(direct.of(bytes))).isEqualTo(onHeap);
        heap.assertNothingHeld();
        direct.assertNothingHeld();
        return onHeap;
    }

    private static boolean isFrame(ByteBuf body) {
        int readable = body.readableBytes();
        try {
            return FrameCodec.parse(body) != null;
        } catch (ProtocolException e) {
            assertThat(e.reason()).isEqualTo(CloseReason.MALFORMED);
            assertThat(e.getStackTrace()).isEmpty();
            return false;
        } finally {
            assertThat(body.readerIndex()).isZero();
            assertThat(body.readableBytes()).isEqualTo(readable);
            assertThat(body.refCnt()).isEqualTo(1);
            body.release();
        }
    }

    @Test
    void everyFrameCutAnywhereIsAFrameOrMalformed() {
        for (Frame frame : Frames.all()) {
            byte[] bytes = frame.toByteArray();
            int afterRef = Frame.newBuilder().setRef(frame.getRef()).build().getSerializedSize();
            for (int length = 0; length < bytes.length; length++) {
                assertThat(isFrame(Arrays.copyOf(bytes, length)))
                        .as("%s cut to %d of %d", frame.getBodyCase(), length, bytes.length)
                        .isEqualTo(length == 0 || length == afterRef);
            }
        }
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource({
        "1001, ping as a number",
        "220101, send as a number",
        "15, four bytes that are not there",
        "08, ref without a value",
        "08ffffffffffffffffffff01, ref of eleven bytes",
        "00, tag 0",
        "0000, tags 0",
        "07, wire type 7",
        "06, wire type 6",
        "0c, end of a group that was not begun",
        "080114, end of a group after ref",
        "a306a406, group",
        "a306, group that does not end",
        "a306ac06, group that ends as another",
        "2204a306a406, group inside a send",
        "0a0101, ref as bytes",
        "0d01000000, ref as four bytes",
        "090100000000000000, ref as eight bytes",
        "22020801, message id as a number",
        "22052500000000, text as four bytes",
        "22041202 0801, peer as a number",
        "32061204220208 01, message id of an envelope as a number",
        "3208120622042201 00 00, nested length beyond its message",
        "a006 01, unknown number that is ignored",
        "a106 0100000000000000, unknown eight bytes that are ignored",
        "a506 01000000, unknown four bytes that are ignored",
        "a206 02ff00, unknown bytes that are ignored",
        "a206 03ff00, unknown bytes that are not all there",
        "f8ffffff0f 01, largest field number that is ignored",
        "f8ffffff1f 01, field number above the largest",
        "2205, send that is cut off",
        "22ffffffff0f, send of length -1",
        "22ffffffff07, send of 2 GiB",
        "228080808010, send of a length above 32 bits",
        "22030a01ff, message id that is not UTF-8",
        "220322018f, text that is not UTF-8",
        "22042202c0af, text of an overlong form",
        "22052203eda080, text with a surrogate",
        "22021a05, content type longer than its message",
        "8201041202 01 02, packed features that are not ignored",
        "820104 1001 1002, features one by one that are not ignored",
        "820103 1202 01, packed features that are cut off",
        "820103 1201 81, packed feature that does not end",
        "ffffffffffffffffffff, tag that does not end"
    })
    void whatIsNotAFrameIsMalformed(String hex, String name) {
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));

        assertThat(isFrame(bytes)).isEqualTo(name.contains("ignored"));
    }

    @Test
    void dataNeedNotBeUtf8() {
        assertThat(isFrame(new byte[] {0x22, 3, 0x2a, 1, (byte) 0xff})).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, Limits.NESTING, 10_000, 30_000})
    void groupsAreMalformedHoweverDeep(int depth) {
        byte[] starts = new byte[2 * depth];
        byte[] ends = new byte[2 * depth];
        for (int i = 0; i < depth; i++) {
            starts[2 * i] = START_GROUP_100;
            ends[2 * i] = END_GROUP_100;
            starts[2 * i + 1] = ends[2 * i + 1] = 6;
        }
        byte[] groups = concat(starts, ends);

        assertThat(isFrame(groups)).isFalse();
        assertThat(isFrame(starts)).isFalse();
        assertThat(isFrame(ends)).isFalse();
        // deliver { placed { envelope { groups } } }
        assertThat(isFrame(field(0x32, field(0x12, field(0x22, groups))))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 10_000})
    void messagesThatNestWhereTheSchemaDoesNotAreBytesLikeAnyOther(int depth) {
        byte[] nested = new byte[0];
        for (int i = 0; i < depth && nested.length < Limits.FRAME_BYTES; i++) {
            nested = field(0x7a, nested);
        }

        assertThat(isFrame(nested)).isTrue();
    }

    private static byte[] field(int tag, byte[] value) {
        byte[] head = new byte[1 + Varint.size(value.length)];
        head[0] = (byte) tag;
        Varint.put(head, 1, value.length);
        return concat(head, value);
    }

    @Test
    void randomBytesAreAFrameOrMalformed() {
        long seed = System.nanoTime();
        System.out.println("FrameCodecMalformedTest seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 15_000; round++) {
            byte[] bytes = new byte[random.nextInt(64)];
            random.nextBytes(bytes);
            assertThatCode(() -> isFrame(bytes))
                    .as("seed=%d bytes=%s", seed, HexFormat.of().formatHex(bytes))
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void framesWithChangedBytesAreFramesOrMalformed() {
        long seed = System.nanoTime();
        System.out.println("FrameCodecMalformedTest seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 15_000; round++) {
            byte[] bytes = changed(
                    Frames.all().get(random.nextInt(Frames.all().size())).toByteArray(), random);
            assertThatCode(() -> isFrame(bytes))
                    .as("seed=%d bytes=%s", seed, HexFormat.of().formatHex(bytes))
                    .doesNotThrowAnyException();
        }
    }

    private static byte[] changed(byte[] bytes, Random random) {
        byte[] out = Arrays.copyOf(bytes, Math.max(0, bytes.length + random.nextInt(5) - 2));
        for (int i = random.nextInt(4); i >= 0 && out.length > 0; i--) {
            out[random.nextInt(out.length)] = (byte) random.nextInt(256);
        }
        return out;
    }
}
