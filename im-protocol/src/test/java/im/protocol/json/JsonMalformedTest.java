package im.protocol.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import im.protocol.CloseReason;
import im.protocol.Limits;
import im.protocol.codec.Frames;
import im.protocol.codec.ProtocolException;
import im.protocol.v1.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever comes in is a frame or MALFORMED. */
class JsonMalformedTest {

    /** Whether it is a frame; fails on anything but a frame or MALFORMED. */
    private static boolean isFrame(byte[] text) {
        ByteBuf heap = Unpooled.wrappedBuffer(text);
        ByteBuf direct = Unpooled.directBuffer(Math.max(1, text.length)).writeBytes(text);
        try {
            boolean frame = isFrame(heap);
            assertThat(isFrame(direct)).isEqualTo(frame);
            return frame;
        } finally {
            direct.release();
        }
    }

    private static boolean isFrame(ByteBuf body) {
        int readable = body.readableBytes();
        try {
            return JsonWire.SERVER.parse(body) != null;
        } catch (ProtocolException e) {
            assertThat(e.reason()).isEqualTo(CloseReason.MALFORMED);
            assertThat(e.getStackTrace()).isEmpty();
            return false;
        } finally {
            assertThat(body.readableBytes()).isEqualTo(readable);
            assertThat(body.refCnt()).isEqualTo(1);
        }
    }

    private static boolean isFrame(String text) {
        return isFrame(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest(name = "{1}: {0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | nothing",
                "` ` | space",
                "null | null",
                "true | a word",
                "5 | a number",
                "\"ping\" | a string",
                "[] | an array",
                "[{\"ping\":{}}] | a frame in an array",
                "{\"ping\":{}} x | trailing text",
                "{\"ping\":{}}{} | a second value",
                "{\"ping\":{}}, | trailing comma after the value",
                "{\"ping\":{}}} | one bracket too many",
                "{\"ping\":{} | one bracket too few",
                "{\"ping\":{},} | trailing comma in an object",
                "{\"ack\":{\"cursors\":[{},]}} | trailing comma in an array",
                "{\"ack\":{\"cursors\":[,{}]}} | leading comma",
                "{\"ack\":{\"cursors\":[{} {}]}} | no comma",
                "{\"ping\" {}} | no colon",
                "{\"ping\":{},\"ping\":{}} | duplicate key",
                "{\"ref\":1,\"ref\":1} | duplicate key of a number",
                "{\"ping\":{},\"p\\u0069ng\":{}} | duplicate key by an escape",
                "{\"x\":1,\"x\":2} | duplicate unknown key",
                "{\"x\":{\"y\":1,\"y\":2}} | duplicate key inside what is unknown",
                "{\"goAway\":{},\"go_away\":{}} | one field by both its names",
                "{\"send\":{\"messageId\":\"\",\"message_id\":\"\"}} | one field of a message by both its names",
                "{\"ping\":{},\"pong\":{}} | two bodies",
                "{\"send\":{\"text\":\"\",\"data\":\"\"}} | two contents",
                "{ping:{}} | bare key",
                "{'ping':{}} | single-quoted key",
                "{\"send\":{\"text\":'x'}} | single-quoted string",
                "{\"send\":{\"text\":x}} | bare string",
                "/* x */ {\"ping\":{}} | comment",
                "{\"ping\":{}} // x | line comment",
                "# x | hash comment",
                "{\"ref\":NaN} | NaN",
                "{\"ref\":Infinity} | Infinity",
                "{\"ref\":-Infinity} | -Infinity",
                "{\"ref\":\"NaN\"} | NaN in quotes",
                "{\"ref\":01} | leading zero",
                "{\"ref\":\"01\"} | leading zero in quotes",
                "{\"ref\":+1} | plus",
                "{\"ref\":\"+1\"} | plus in quotes",
                "{\"ref\":.5} | no digit before the point",
                "{\"ref\":5.} | no digit after the point",
                "{\"ref\":0x10} | hexadecimal",
                "{\"ref\":\" 1\"} | space in a number",
                "{\"ref\":\"\"} | empty number",
                "{\"ref\":\"\u0661\"} | a digit of another script",
                "{\"ref\":1.5} | fraction",
                "{\"ref\":9223372036854775808} | above 64 bits",
                "{\"ref\":\"-9223372036854775809\"} | below 64 bits",
                "{\"ref\":1e19} | exponent above 64 bits",
                "{\"ref\":1e300000000} | huge exponent",
                "{\"ref\":1e-300000000} | tiny exponent",
                "{\"hello\":{\"versions\":{\"oldest\":\"1e300000000\"}}} | huge exponent in quotes",
                "{\"ref\":1e99999999999} | exponent above 32 bits",
                "{\"hello\":{\"versions\":{\"oldest\":4294967296}}} | above 32 bits",
                "{\"hello\":{\"versions\":{\"oldest\":-1}}} | below zero where there is no sign",
                "{\"sync\":{\"limit\":2147483648}} | above 31 bits",
                "{\"ref\":true} | a word for a number",
                "{\"ref\":{}} | an object for a number",
                "{\"ref\":[1]} | an array for a number",
                "{\"ping\":[]} | an array for a message",
                "{\"ping\":1} | a number for a message",
                "{\"ping\":\"\"} | a string for a message",
                "{\"ack\":{\"cursors\":{}}} | an object for an array",
                "{\"ack\":{\"cursors\":[null]}} | null in an array",
                "{\"ack\":{\"cursors\":[1]}} | a number among messages",
                "{\"send\":{\"text\":5}} | a number for a string",
                "{\"send\":{\"text\":true}} | a word for a string",
                "{\"send\":{\"first\":\"true\"}} | a string for a word",
                "{\"send\":{\"first\":1}} | a number for a word",
                "{\"send\":{\"data\":\"A\"}} | Base64 of one character",
                "{\"send\":{\"data\":\"AA=A\"}} | Base64 with padding inside",
                "{\"send\":{\"data\":\"A A=\"}} | Base64 with a space",
                "{\"send\":{\"data\":\"A!==\"}} | not Base64",
                "{\"hello\":{\"newDevice\":true}} | a word for an enum",
                "{\"hello\":{\"newDevice\":1.5}} | a fraction for an enum",
                "{\"send\":{\"text\":\"\\ud800\"}} | lone high surrogate",
                "{\"send\":{\"text\":\"\\udc00\"}} | lone low surrogate",
                "{\"send\":{\"text\":\"\\ud800x\"}} | high surrogate before a letter",
                "{\"send\":{\"text\":\"\\ude00\\ud83d\"}} | surrogates in the wrong order",
                "{\"x\":\"\\ud800\"} | lone surrogate in what is unknown",
                "{\"x\":[{\"\\ud800\":1}]} | lone surrogate in an unknown key",
                "{\"send\":{\"text\":\"\\u12\"}} | short escape",
                "{\"send\":{\"text\":\"\\x41\"}} | escape that JSON does not have",
                "{\"send\":{\"text\":\"\\'\"}} | escaped single quote",
                "{\"send\":{\"text\":\"x}} | string without an end",
                "\ufeff{\"ping\":{}} | byte order mark",
                "{\"ping\":undefined} | undefined",
                "{\"x\":True} | a word in capitals",
                "{\"x\":nul} | half a word",
            })
    void lenientJsonIsMalformed(String text, String name) {
        assertThat(isFrame(text)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"ping\":{}}",
                " \t\r\n{ \"ping\" : { } } \n",
                "{\"send\":{\"text\":\"\\ud83d\\ude00\"}}",
                "{\"send\":{\"text\":\"\ud83d\ude00 \\u0000 \\/ \\b\\f\\n\\r\\t\\\\ \\\"\"}}"
            })
    void whatIsStrictIsTaken(String text) {
        assertThat(isFrame(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u0000", "\u0001", "\n", "\u001f"})
    void controlCharactersInStringsHaveToBeEscaped(String control) {
        assertThat(isFrame("{\"send\":{\"text\":\"" + control + "\"}}")).isFalse();
        assertThat(isFrame("{\"x\":\"" + control + "\"}")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u0000", "\u000b", "\u00a0", "\u2028", "\ufeff"})
    void onlyTheSpacesOfJsonMayStandAround(String space) {
        assertThat(isFrame("{\"ping\":{}}" + space)).isFalse();
        assertThat(isFrame(space + "{\"ping\":{}}")).isFalse();
        assertThat(isFrame("{" + space + "\"ping\":{}}")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ff", "c3", "c0af", "eda080", "edb080", "f4908080", "e282", "f8808080"})
    void whatIsNotUtf8IsMalformedWhereverItStands(String hex) {
        byte[] bad = HexFormat.of().parseHex(hex);

        assertThat(isFrame(concat("{\"send\":{\"text\":\"", bad, "\"}}"))).isFalse();
        assertThat(isFrame(concat("{\"x\":\"", bad, "\"}"))).isFalse();
        assertThat(isFrame(concat("{\"", bad, "\":1}"))).isFalse();
        assertThat(isFrame(concat("{}", bad, ""))).isFalse();
        assertThat(isFrame(concat("", bad, "{}"))).isFalse();
    }

    private static byte[] concat(String before, byte[] middle, String after) {
        byte[] start = before.getBytes(StandardCharsets.UTF_8);
        byte[] end = after.getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(start, start.length + middle.length + end.length);
        System.arraycopy(middle, 0, all, start.length, middle.length);
        System.arraycopy(end, 0, all, start.length + middle.length, end.length);
        return all;
    }

    @Test
    void otherEncodingsOfUnicodeAreMalformed() {
        for (var charset : new java.nio.charset.Charset[] {
            StandardCharsets.UTF_16, StandardCharsets.UTF_16BE, StandardCharsets.UTF_16LE
        }) {
            assertThat(isFrame("{\"ping\":{}}".getBytes(charset))).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, Limits.NESTING - 1, Limits.NESTING, 1_000, 30_000, 100_000})
    void whatNestsDeeperThanTheLimitIsMalformed(int depth) {
        boolean allowed = depth < Limits.NESTING;

        assertThat(isFrame("{\"x\":" + "[".repeat(depth) + "]".repeat(depth) + "}"))
                .isEqualTo(allowed);
        assertThat(isFrame("{\"x\":".repeat(depth) + "{}" + "}".repeat(depth))).isEqualTo(allowed);
        assertThat(isFrame("{\"x\":" + "[".repeat(depth))).isFalse();
        assertThat(isFrame("{\"ping\":".repeat(depth + 1))).isFalse();
        assertThat(isFrame("[".repeat(depth))).isFalse();
    }

    @Test
    void namesAndNumbersHaveABound() {
        assertThat(isFrame("{\"" + "x".repeat(StrictJson.MAX_WORD) + "\":1}")).isTrue();
        assertThat(isFrame("{\"" + "x".repeat(StrictJson.MAX_WORD + 1) + "\":1}"))
                .isFalse();
        assertThat(isFrame("{\"ref\":1." + "0".repeat(StrictJson.MAX_WORD - 2) + "}"))
                .isTrue();
        assertThat(isFrame("{\"ref\":1." + "0".repeat(StrictJson.MAX_WORD) + "}"))
                .isFalse();
        assertThat(isFrame("{\"ref\":\"1." + "0".repeat(StrictJson.MAX_WORD) + "\"}"))
                .isFalse();
        assertThat(isFrame("{\"x\":" + "1".repeat(100_000) + "}")).isFalse();
    }

    @Test
    void everyFrameCutAnywhereIsMalformed() {
        for (Frame frame : Frames.all()) {
            byte[] text = JsonWriter.write(frame);
            for (int length = 0; length < text.length; length++) {
                assertThat(isFrame(Arrays.copyOf(text, length)))
                        .as("%s cut to %d of %d", frame.getBodyCase(), length, text.length)
                        .isFalse();
            }
        }
    }

    @Test
    void randomTextIsAFrameOrMalformed() {
        String[] pieces = {
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "\"",
            "\\",
            "u",
            "\"ping\"",
            "\"send\"",
            "\"text\"",
            "\"ref\"",
            "1",
            "-",
            "e",
            ".",
            "null",
            "true",
            " ",
            "'",
            "/*",
            "\\ud800",
            "é",
            "\u0000",
            "\"x\":",
            "{\"ack\":{\"cursors\":["
        };
        fuzz((random, round) -> {
            StringBuilder text = new StringBuilder(random.nextBoolean() ? "{" : "");
            for (int i = random.nextInt(20); i > 0; i--) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            return text.toString().getBytes(StandardCharsets.UTF_8);
        });
    }

    @Test
    void framesWithChangedBytesAreFramesOrMalformed() {
        var frames = Frames.all();
        fuzz((random, round) -> {
            byte[] text = JsonWriter.write(frames.get(random.nextInt(frames.size())));
            byte[] out = Arrays.copyOf(text, Math.max(1, text.length + random.nextInt(5) - 2));
            for (int i = random.nextInt(4); i >= 0; i--) {
                out[random.nextInt(out.length)] = (byte)
                        (random.nextBoolean() ? random.nextInt(256) : "{}[]\",:\\0e-".charAt(random.nextInt(11)));
            }
            return out;
        });
    }

    private interface Input {
        byte[] next(Random random, int round);
    }

    private static void fuzz(Input input) {
        long seed = System.nanoTime();
        System.out.println("JsonMalformedTest seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            byte[] text = input.next(random, round);
            assertThatCode(() -> isFrame(text))
                    .as("seed=%d text=%s", seed, HexFormat.of().formatHex(text))
                    .doesNotThrowAnyException();
        }
    }
}
