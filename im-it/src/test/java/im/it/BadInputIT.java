package im.it;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.codec.WebSocketCodec;
import im.protocol.v1.Close;
import im.protocol.v1.Code;
import im.protocol.v1.Frame;
import im.protocol.v1.Frame.BodyCase;
import im.protocol.v1.Hello;
import im.protocol.v1.Ping;
import im.protocol.v1.Versions;
import im.protocol.v1.Welcome;
import im.testkit.client.RawClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames at and beyond their bounds: a refusal where the connection can go on, a Close with its code where not. */
@Tag(TestServer.CONFORMANCE)
class BadInputIT {
    @RegisterExtension
    static final TestServer SERVER = TestServer.ofEitherForm(spec -> spec.set("session.handshake-timeout", "9s"));

    private static final int LIMIT = 64 * 1024;

    private final String ann = TestServer.uid("ann");
    private final String bob = TestServer.uid("bob");

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aPayloadAtTheLimitIsTakenAndOneAboveIsRefusedOnAnOpenConnection(Transport transport) throws IOException {
        try (RawClient client = SERVER.raw(transport, ann, "phone")) {
            assertThat(code(client, client.data(TestServer.messageId(), bob, new byte[LIMIT])))
                    .isEqualTo(Code.OK);
            assertThat(code(client, client.data(TestServer.messageId(), ann, new byte[LIMIT + 1])))
                    .isEqualTo(Code.TOO_LARGE);
            String wide = "\u20ac".repeat(LIMIT / 3 + 1);
            assertThat(code(client, client.text(TestServer.messageId(), TestServer.uid("cy"), wide)))
                    .isEqualTo(Code.TOO_LARGE);
            assertThat(code(client, client.text(TestServer.messageId(), bob, "still here")))
                    .isEqualTo(Code.OK);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"POLL", "POLL_JSON"})
    void aFrameAboveTheLimitClosesTheConnection(Transport transport) throws IOException {
        try (RawClient client = SERVER.raw(transport, ann, "phone")) {
            client.send(client.data(TestServer.messageId(), bob, new byte[4 * LIMIT]));

            assertThat(endCode(client, transport)).isEqualTo(transport.webSocket ? 1009 : 4413);
        }
    }

    @ParameterizedTest
    @MethodSource("badIds")
    void anIdThatIsNoneIsRefused(String messageId, String peer) throws IOException {
        try (RawClient client = SERVER.raw(ann, "phone")) {
            Frame send = client.text(messageId, peer, "text");
            client.send(send);
            Frame answer = client.await(frame -> frame.getRef() == send.getRef(), "the refusal");

            assertThat(
                            answer.hasError()
                                    ? answer.getError().getCode()
                                    : answer.getSendResult().getCode())
                    .isEqualTo(Code.MALFORMED);
            assertThat(code(client, client.text(TestServer.messageId(), bob, "still here", true)))
                    .isEqualTo(Code.OK);
        }
    }

    static Stream<Arguments> badIds() {
        String id = TestServer.messageId();
        return Stream.of(
                Arguments.of("", "bob"),
                Arguments.of(id.toUpperCase(Locale.ROOT), "bob"),
                Arguments.of(id + "0", "bob"),
                Arguments.of("{" + id.substring(2) + "}", "bob"),
                Arguments.of("x".repeat(10_240), "bob"),
                Arguments.of(id, ""),
                Arguments.of(id, "b".repeat(65)),
                Arguments.of(id, "a|b"),
                Arguments.of(id, "a\nb"),
                Arguments.of(id, "a\u0000b"),
                Arguments.of(id, "\u00e4"),
                Arguments.of(id, "b".repeat(10_240)));
    }

    @Test
    void aContentTypeAtTheLimitIsTakenAndOneAboveIsRefused() throws IOException {
        try (RawClient client = SERVER.raw(ann, "phone")) {
            assertThat(code(client, ofType(client, "t".repeat(128)))).isEqualTo(Code.OK);
            assertThat(code(client, ofType(client, "t".repeat(129)))).isEqualTo(Code.MALFORMED);
            assertThat(code(client, ofType(client, "text/\nplain"))).isIn(Code.MALFORMED, Code.OUT_OF_ORDER);
        }
    }

    private Frame ofType(RawClient client, String contentType) {
        Frame.Builder frame = client.text(TestServer.messageId(), bob, "text").toBuilder();
        frame.getSendBuilder().setContentType(contentType);
        return frame.build();
    }

    @ParameterizedTest
    @MethodSource("notHellos")
    void aFirstFrameThatIsNoGoodHelloCloses(Frame frame, int closeCode) throws IOException {
        for (Transport transport : Transport.values()) {
            try (RawClient client = SERVER.connect(transport)) {
                client.send(frame);

                assertThat(client.awaitClose().getCode()).isEqualTo(closeCode);
                assertThat(client.webSocketCloseCode()).isEqualTo(transport.webSocket ? closeCode : 0);
            }
        }
    }

    static Stream<Arguments> notHellos() {
        Hello good = RawClient.hello(SERVER.token("ann"), "phone").build();
        return Stream.of(
                Arguments.of(
                        Frame.newBuilder()
                                .setRef(1)
                                .setPing(Ping.getDefaultInstance())
                                .build(),
                        4400),
                Arguments.of(Frame.getDefaultInstance().toBuilder().setRef(7).build(), 4400),
                hello(good.toBuilder().setDevice(""), 4400),
                hello(good.toBuilder().setDevice("d".repeat(65)), 4400),
                hello(good.toBuilder().setDevice("a/b"), 4400),
                hello(good.toBuilder().setAttempt(0), 4400),
                hello(good.toBuilder().setAttempt(-1), 4400),
                hello(good.toBuilder().setPlatform("p".repeat(65)), 4400),
                hello(
                        good.toBuilder()
                                .setVersions(Versions.newBuilder().setOldest(2).setNewest(9)),
                        4426),
                hello(good.toBuilder().setVersions(Versions.getDefaultInstance()), 4426),
                hello(good.toBuilder().setToken("t".repeat(9_000)), 4413));
    }

    private static Arguments hello(Hello.Builder hello, int closeCode) {
        return Arguments.of(Frame.newBuilder().setRef(1).setHello(hello).build(), closeCode);
    }

    @Test
    void silenceInsteadOfAHelloIsClosedInTime() throws IOException {
        try (RawClient ws = SERVER.connect(Transport.WS);
                RawClient json = SERVER.connect(Transport.JSON);
                RawClient tcp = SERVER.connect(Transport.TCP)) {
            for (RawClient client : List.of(ws, json, tcp)) {
                assertThat(client.awaitClose().getCode()).isEqualTo(4408);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void bytesThatAreNoFrameCloseTheConnection(Transport transport) throws IOException {
        try (RawClient client = SERVER.raw(transport, ann, "phone")) {
            byte[] unmasked = {(byte) 0x82, 3, 0x0a, 0x7f, 1};
            byte[] truncated = {3, 0x0a, 0x7f, 1};
            client.sendBytes(transport.webSocket ? unmasked : truncated);

            assertThat(endCode(client, transport)).isEqualTo(transport.webSocket ? 1002 : 4400);
        }
    }

    @ParameterizedTest(name = "{index} {0}")
    @ValueSource(
            strings = {
                "",
                "[]",
                "{\"ping\":{}} and more",
                "{\"ping\":{}}{\"ping\":{}}",
                "{\"ref\":1,\"ref\":2,\"ping\":{}}",
                "{ping:{}}",
                "{'ping':{}}",
                "{\"ping\":{},}",
                "{\"ping\":{}} // comment",
                "{\"ref\":NaN}",
                "{\"ref\":01}",
                "{\"ref\":1e99}",
                "{\"ping\":[]}",
                "{\"ping\":{},\"sync\":{}}",
                "{\"send\":{\"text\":\"\\ud83d\"}}",
                "{\"x\":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}",
                "\ufeff{\"ping\":{}}"
            })
    void jsonThatIsNotStrictCloses(String text) throws IOException {
        try (RawClient client = SERVER.raw(Transport.JSON, ann, "phone")) {
            client.sendMessage(WebSocketCodec.TEXT, text.getBytes(StandardCharsets.UTF_8));

            assertThat(client.awaitClose().getCode()).isEqualTo(4400);
            assertThat(client.webSocketCloseCode()).isEqualTo(4400);
        }
        try (RawClient client = SERVER.connect(Transport.JSON)) {
            client.sendMessage(WebSocketCodec.TEXT, text.getBytes(StandardCharsets.UTF_8));

            assertThat(client.awaitClose().getCode()).isEqualTo(4400);
        }
    }

    @Test
    void aKindOfMessageThatTheSubprotocolDoesNotSpeakIsRefused() throws IOException {
        byte[] ping =
                Frame.newBuilder().setPing(Ping.getDefaultInstance()).build().toByteArray();
        try (RawClient json = SERVER.raw(Transport.JSON, ann, "phone");
                RawClient binary = SERVER.raw(Transport.WS, ann, "desk")) {
            json.sendMessage(WebSocketCodec.BINARY, ping);
            binary.sendMessage(WebSocketCodec.TEXT, "{\"ping\":{}}".getBytes(StandardCharsets.UTF_8));

            assertThat(endCode(json, Transport.JSON)).isEqualTo(1003);
            assertThat(endCode(binary, Transport.WS)).isEqualTo(1003);
        }
    }

    @Test
    void textThatIsNotUtf8IsRefused() throws IOException {
        try (RawClient json = SERVER.raw(Transport.JSON, ann, "phone")) {
            json.sendMessage(WebSocketCodec.TEXT, new byte[] {'{', '"', (byte) 0xc3, '"'});

            assertThat(endCode(json, Transport.JSON)).isEqualTo(1007);
        }
    }

    @Test
    void whatJsonDoesNotKnowIsIgnoredAndAnUnknownBodyIsUnsupportedOnAnOpenConnection() throws IOException {
        try (RawClient json = SERVER.raw(Transport.JSON, ann, "phone")) {
            String odd = "{\"ref\":\"900\",\"teleport\":{\"to\":[\"mars\"]}}";
            json.sendMessage(WebSocketCodec.TEXT, odd.getBytes(StandardCharsets.UTF_8));
            assertThat(json.await(frame -> frame.getRef() == 900, "the refusal")
                            .getError()
                            .getCode())
                    .isEqualTo(Code.UNSUPPORTED);

            String ping = "{\"ref\":901,\"mood\":{\"a\":[1,null]},\"ping\":{\"clientTimeMs\":5,\"colour\":\"red\"}}";
            json.sendMessage(WebSocketCodec.TEXT, ping.getBytes(StandardCharsets.UTF_8));
            assertThat(json.await(frame -> frame.getRef() == 901, "the pong")
                            .getPong()
                            .getClientTimeMs())
                    .isEqualTo(5);
        }
    }

    @Test
    void aFrameThatAClientDoesNotSendIsUnsupportedOnAnOpenConnection() throws IOException {
        try (RawClient client = SERVER.raw(ann, "phone")) {
            for (Frame.Builder odd :
                    List.of(Frame.newBuilder(), Frame.newBuilder().setWelcome(Welcome.getDefaultInstance()))) {
                long ref = client.nextRef();
                client.send(odd.setRef(ref).build());
                assertThat(client.await(frame -> frame.getRef() == ref, "the refusal")
                                .getError()
                                .getCode())
                        .isEqualTo(Code.UNSUPPORTED);
            }
            assertThat(code(client, client.text(TestServer.messageId(), bob, "still here")))
                    .isEqualTo(Code.OK);
        }
    }

    @Test
    void aFloodOfPingsIsClosed() throws IOException {
        try (RawClient client = SERVER.raw(ann, "phone")) {
            client.await(BodyCase.CAUGHT_UP);
            List<Frame> pings = Stream.generate(() -> Frame.newBuilder()
                            .setRef(client.nextRef())
                            .setPing(Ping.getDefaultInstance())
                            .build())
                    .limit(200)
                    .toList();
            client.sendTogether(pings);

            assertThat(client.awaitClose().getCode()).isEqualTo(4429);
        }
    }

    /** On WebSocket its own close frame says it, whether a Close frame came before or not. */
    private static int endCode(RawClient client, Transport transport) {
        Close close = client.awaitEnd();
        return transport.webSocket || close == null ? client.webSocketCloseCode() : close.getCode();
    }

    private static Code code(RawClient client, Frame send) throws IOException {
        return client.sendAndAwait(send).getCode();
    }
}
