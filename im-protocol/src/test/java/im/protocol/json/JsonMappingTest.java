package im.protocol.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.JsonFormat;
import im.protocol.codec.FrameCodec;
import im.protocol.codec.Frames;
import im.protocol.codec.ProtocolException;
import im.protocol.v1.Frame;
import im.protocol.v1.Hello;
import im.protocol.v1.NewDevice;
import im.protocol.v1.Ping;
import im.protocol.v1.Placed;
import im.protocol.v1.Send;
import im.protocol.v1.Versions;
import im.protocol.v1.Welcome;
import io.netty.buffer.Unpooled;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ours is protobuf's JSON mapping: compared with protobuf's own implementation, in both directions. */
class JsonMappingTest {

    @Test
    void everyKindOfFrameComesOutAsItWentIn() throws Exception {
        for (Frame frame : Frames.all()) {
            assertThat(Json.read(Json.write(frame))).isEqualTo(frame);
        }
    }

    @Test
    void randomFramesAreReadAndWrittenAsProtobufsOwnMappingDoes() throws Exception {
        long seed = System.nanoTime();
        System.out.println("JsonMappingTest seed=" + seed);
        RandomFrames frames = new RandomFrames(new Random(seed));
        for (int round = 0; round < 5_000; round++) {
            Frame frame = frames.next();
            String ours = Json.write(frame);
            String theirs =
                    JsonFormat.printer().omittingInsignificantWhitespace().print(frame);
            Frame.Builder readByThem = Frame.newBuilder();
            JsonFormat.parser().merge(ours, readByThem);

            assertThat(Json.read(ours)).as("seed=%d ours=%s", seed, ours).isEqualTo(frame);
            assertThat(Json.read(theirs)).as("seed=%d theirs=%s", seed, theirs).isEqualTo(frame);
            assertThat(readByThem.build()).as("seed=%d ours=%s", seed, ours).isEqualTo(frame);
            assertThat(FrameCodec.parse(Unpooled.wrappedBuffer(Json.read(ours).toByteArray())))
                    .isEqualTo(frame);
        }
    }

    @Test
    void aFrameIsWrittenWithoutDefaultsAndSpaces() {
        Placed placed = Frames.placed(1L << 60, 0, "<\"é\n\u0001>");
        Frame frame = Frame.newBuilder()
                .setDeliver(im.protocol.v1.Deliver.newBuilder().addPlaced(placed))
                .build();

        assertThat(Json.write(frame))
                .isEqualTo(
                        "{\"deliver\":{\"placed\":[{\"position\":\"1152921504606846976\",\"envelope\":{\"messageId\":\""
                                + placed.getEnvelope().getMessageId()
                                + "\",\"sender\":\"bob\",\"senderDevice\":\"phone\",\"acceptedMs\":\"1700000000000\","
                                + "\"contentType\":\"text/plain\",\"text\":\"<\\\"é\\n\\u0001>\"}}]}}");
        assertThat(Json.write(Frame.getDefaultInstance())).isEqualTo("{}");
    }

    @Test
    void anEmptyContentIsWritten() throws Exception {
        Frame empty = Frame.newBuilder().setSend(Send.newBuilder().setText("")).build();

        assertThat(Json.write(empty)).isEqualTo("{\"send\":{\"text\":\"\"}}");
        assertThat(Json.read("{\"send\":{\"text\":\"\"}}")).isEqualTo(empty);
    }

    @Test
    void aNumberWithoutSignIsWrittenWithoutSign() throws Exception {
        Frame frame = Frame.newBuilder()
                .setWelcome(Welcome.newBuilder().setVersion(-1))
                .build();

        assertThat(Json.write(frame)).isEqualTo("{\"welcome\":{\"version\":4294967295}}");
        assertThat(Json.read("{\"welcome\":{\"version\":4294967295}}")).isEqualTo(frame);
    }

    private static Frame ping(long time) {
        return Frame.newBuilder()
                .setPing(Ping.newBuilder().setClientTimeMs(time))
                .build();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "5, 5",
                "\"5\", 5",
                "5.0, 5",
                "50e-1, 5",
                "\"5e0\", 5",
                "-0, 0",
                "null, 0",
                "9223372036854775807, 9223372036854775807",
                "\"9223372036854775807\", 9223372036854775807",
                "-9223372036854775808, -9223372036854775808",
                "0e999999999, 0",
                "9007199254740993, 9007199254740993",
            })
    void aNumberIsReadInAnyOfItsForms(String number, long value) throws Exception {
        assertThat(Json.read("{\"ping\":{\"clientTimeMs\":" + number + "}}")).isEqualTo(ping(value));
        assertThat(Json.read("{\"ping\":{\"client_time_ms\":" + number + "}}")).isEqualTo(ping(value));
    }

    @ParameterizedTest
    @CsvSource({"-_8=, -_8", "+/8, -_8", "AA==, AA", "AAA=, AAA", "'', ''"})
    void bytesAreReadInBothAlphabetsWithPaddingOrWithout(String one, String other) throws Exception {
        assertThat(data(one)).isEqualTo(data(other));
    }

    private static Frame data(String base64) throws ProtocolException {
        return Json.read("{\"send\":{\"data\":\"" + base64 + "\"}}");
    }

    @Test
    void anEnumIsReadByNameAndByNumberAndAnUnknownNameIsIgnored() throws Exception {
        Frame fromHeads = Frame.newBuilder()
                .setHello(Hello.newBuilder().setNewDevice(NewDevice.FROM_HEADS))
                .build();

        assertThat(Json.read("{\"hello\":{\"newDevice\":\"FROM_HEADS\"}}")).isEqualTo(fromHeads);
        assertThat(Json.read("{\"hello\":{\"newDevice\":1}}")).isEqualTo(fromHeads);
        assertThat(Json.read("{\"hello\":{\"newDevice\":\"FROM_THE_MOON\"}}"))
                .isEqualTo(
                        Frame.newBuilder().setHello(Hello.getDefaultInstance()).build());
        assertThat(Json.read("{\"hello\":{\"features\":[\"RECEIPTS\",\"TELEPATHY\",\"TRANSIENT\"]}}")
                        .getHello()
                        .getFeaturesList())
                .hasSize(2);
    }

    @Test
    void unknownFieldsAreIgnoredHoweverTheyLook() throws Exception {
        Frame known = Frame.newBuilder()
                .setRef(7)
                .setHello(Hello.newBuilder()
                        .setVersions(Versions.newBuilder().setOldest(1))
                        .setDevice("d"))
                .build();

        assertThat(Json.read("{\"x\":[{\"a\":[1.5e300,true,null,\"\"]}],\"ref\":\"7\",\"hello\":{\"y\":{\"z\":{}},"
                        + "\"versions\":{\"oldest\":1,\"middle\":-1},\"z\":\"\",\"device\":\"d\"},\"end\":1}"))
                .isEqualTo(known);
    }

    @Test
    void anUnknownBodyIsAFrameWithoutABody() throws Exception {
        assertThat(Json.read("{\"ref\":\"5\",\"teleport\":{\"to\":\"mars\"}}"))
                .isEqualTo(Frame.newBuilder().setRef(5).build());
        assertThat(Json.read("{}")).isEqualTo(Frame.getDefaultInstance());
        assertThat(Json.read("{\"ping\":null}")).isEqualTo(Frame.getDefaultInstance());
    }
}
