package im.gateway.edge;

import static im.gateway.edge.PollFormat.JSON;
import static im.gateway.edge.PollFormat.PROTO;
import static im.gateway.edge.PollSteps.EMPTY;
import static im.gateway.edge.PollSteps.ping;
import static im.gateway.edge.PollSteps.welcomed;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.Limits;
import im.protocol.v1.Frame;
import im.protocol.v1.Hello;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a poll may not be: each bound at, below and above. */
class PollRefusalTest {
    private static final int SESSIONS = 4;
    private static final TestEdge EDGE = TestEdge.start(Transport.best());

    @AfterAll
    static void stop() {
        EDGE.close();
    }

    private static Map<String, Object> headers(String session, long request, long answer) {
        Map<String, Object> headers = new HashMap<>();
        headers.put("Im-Session", session);
        headers.put("Im-Request", request);
        headers.put("Im-Answer", answer);
        headers.put("Im-Wait", 500);
        return headers;
    }

    /** The status that a whole request gets. */
    private static int status(String request) {
        try (Poller poller = EDGE.poller()) {
            poller.send(request);
            return poller.read(JSON).status();
        }
    }

    @ParameterizedTest
    @CsvSource({"GET, 405", "PUT, 405", "HEAD, 405", "OPTIONS, 204"})
    void theMethodIsPost(String method, int status) {
        assertThat(status(method + " /v1/poll HTTP/1.1\r\nHost: gateway\r\n\r\n"))
                .isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/json", "im.v1.json", ""})
    void theContentTypeIsOneOfTheTwo(String contentType) {
        String head = Poller.head(JSON, Map.of("Content-Type", contentType), 0);

        assertThat(status(head)).isEqualTo(415);
    }

    @Test
    void whatFollowsTheContentTypeDoesNotCount() {
        try (Poller poller = EDGE.poller()) {
            Map<String, Object> headers =
                    Map.of("Im-Request", 1, "Content-Type", "Application/X-NDJSON; charset=utf-8");

            assertThat(poller.ask(JSON, headers, Poller.body(JSON, Peer.HELLO)).status())
                    .isEqualTo(200);
        }
    }

    @Test
    void aSessionKeepsItsContentType() {
        try (Poller poller = EDGE.poller()) {
            String session = welcomed(poller, JSON).session();

            assertThat(poller.ask(PROTO, headers(session, 0, 1), EMPTY).status())
                    .isEqualTo(415);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "x", "", "1.5", "1234567890123456", "0x1"})
    void numbersAreNumbers(String number) {
        for (String name : List.of("Im-Request", "Im-Answer", "Im-Wait")) {
            try (Poller poller = EDGE.poller()) {
                Map<String, Object> headers =
                        new HashMap<>(headers(welcomed(poller, JSON).session(), 0, 1));
                headers.put(name, number);

                assertThat(poller.ask(JSON, headers, EMPTY).status()).as(name).isEqualTo(400);
            }
        }
    }

    @Test
    void aHeaderThatIsThereTwiceIsRefused() {
        try (Poller poller = EDGE.poller()) {
            String head = Poller.head(JSON, headers(welcomed(poller, JSON).session(), 0, 1), 0);
            poller.send(head.replace("\r\n\r\n", "\r\nIm-Answer: 1\r\n\r\n"));

            assertThat(poller.read(JSON).status()).isEqualTo(400);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 200", "1, 413"})
    void aHelloMayHave8KiB(int more, int status) {
        int bytes = Limits.HANDSHAKE_BYTES + more;
        byte[] body = new byte[0];
        for (int token = bytes - 20; body.length < bytes; token++) {
            body = Poller.body(
                    PROTO,
                    Frame.newBuilder()
                            .setRef(1)
                            .setHello(Hello.newBuilder().setToken("t".repeat(token)))
                            .build());
        }
        assertThat(body).hasSize(bytes);
        try (Poller poller = EDGE.poller()) {
            assertThat(poller.ask(PROTO, Map.of("Im-Request", 1), body).status())
                    .isEqualTo(status);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, false, 200", "0, true, 200", "1, false, 413", "1, true, 413"})
    void aBodyMayHave256KiB(int more, boolean chunked, int status) {
        byte[] line = "\r\n".getBytes(StandardCharsets.US_ASCII);
        byte[] body = Arrays.copyOf(Poller.body(JSON, ping(1)), Limits.POLL_BYTES + more);
        for (int i = Poller.body(JSON, ping(1)).length; i < body.length; i++) {
            body[i] = line[i % 2];
        }
        try (Poller poller = EDGE.poller()) {
            Map<String, Object> headers = headers(welcomed(poller, JSON).session(), 2, 1);
            if (chunked) {
                poller.send(Poller.head(JSON, headers, 0).replace("Content-Length: 0", "Transfer-Encoding: chunked"));
                poller.send(Integer.toHexString(body.length) + "\r\n");
                poller.send(body);
                poller.send("\r\n0\r\n\r\n");
            } else {
                poller.post(JSON, headers, body);
            }

            assertThat(poller.read(JSON).status()).isEqualTo(status);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 4413"})
    void aRequestMayHave512Frames(int more, int code) {
        Frame[] frames = Collections.nCopies(Limits.POLL_FRAMES + more, ping(1)).toArray(Frame[]::new);
        try (Poller poller = EDGE.poller()) {
            String session = welcomed(poller, PROTO).session();

            Poller.Answer answer = poller.ask(PROTO, headers(session, 2, 1), Poller.body(PROTO, frames));

            assertThat(answer.frames()).hasSize(Limits.POLL_FRAMES + more);
            assertThat(answer.closeCode()).isEqualTo(code);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 4413"})
    void aFrameMayHave128KiB(int more, int code) {
        byte[] frame = new byte[Limits.FRAME_BYTES + more];
        // A ref, and an unknown field that fills the rest: 100, with a length of three bytes.
        int length = frame.length - 7;
        frame[0] = 0x08;
        frame[1] = 1;
        frame[2] = (byte) 0xa2;
        frame[3] = 0x06;
        frame[4] = (byte) (length | 0x80);
        frame[5] = (byte) (length >> 7 | 0x80);
        frame[6] = (byte) (length >> 14);
        java.io.ByteArrayOutputStream body = new java.io.ByteArrayOutputStream();
        for (int rest = frame.length; ; rest >>>= 7) {
            body.write(rest < 0x80 ? rest : rest | 0x80);
            if (rest < 0x80) {
                break;
            }
        }
        body.writeBytes(frame);
        try (Poller poller = EDGE.poller()) {
            String session = welcomed(poller, PROTO).session();

            Poller.Answer answer = poller.ask(PROTO, headers(session, 2, 1), body.toByteArray());

            assertThat(answer.closeCode()).isEqualTo(code);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "[]", "{\"ping\":{}} x", "{\"ref\":\"1\",\"ref\":\"2\"}", "\u0000"})
    void linesThatAreNoFramesAreMalformed(String line) {
        try (Poller poller = EDGE.poller()) {
            String session = welcomed(poller, JSON).session();

            Poller.Answer answer = poller.ask(JSON, headers(session, 2, 1), line.getBytes(StandardCharsets.ISO_8859_1));

            assertThat(answer.closeCode()).isEqualTo(4400);
        }
    }

    @Test
    void aFrameThatIsCutOffIsMalformedAndThoseBeforeItAreTaken() {
        byte[] body = Poller.body(PROTO, ping(1), ping(2));
        try (Poller poller = EDGE.poller()) {
            String session = welcomed(poller, PROTO).session();

            Poller.Answer answer = poller.ask(PROTO, headers(session, 2, 1), Arrays.copyOf(body, body.length - 1));

            assertThat(answer.frames()).hasSize(2).startsWith(ping(1));
            assertThat(answer.closeCode()).isEqualTo(4400);
        }
    }

    @Test
    void anAcknowledgementOfWhatWasNotAnsweredIsMalformed() {
        try (Poller poller = EDGE.poller()) {
            String session = welcomed(poller, PROTO).session();

            poller.ask(PROTO, headers(session, 0, 1), EMPTY);
            assertThat(poller.ask(PROTO, headers(session, 0, 2), EMPTY).closeCode())
                    .isEqualTo(4400);
        }
    }

    @Test
    void theFirstFrameIsHello() {
        for (PollFormat format : PollFormat.values()) {
            for (byte[] body : List.of(EMPTY, Poller.body(format, ping(1), Peer.HELLO))) {
                try (Poller poller = EDGE.poller()) {
                    Poller.Answer answer = poller.ask(format, Map.of("Im-Request", 1), body);

                    assertThat(answer.closeCode()).isEqualTo(4400);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"https://chat.example.org, 200", "http://gateway, 200", "https://evil.example.org, 403", "null, 403"})
    void pagesOfAllowedOriginsOnlyMayPollAndReadTheAnswer(String origin, int status) {
        try (Poller poller = EDGE.poller()) {
            Map<String, Object> headers = Map.of("Im-Request", 1, "Origin", origin);

            Poller.Answer answer = poller.ask(JSON, headers, Poller.body(JSON, Peer.HELLO));

            assertThat(answer.status()).isEqualTo(status);
            if (status == 200) {
                assertThat(answer.headers())
                        .containsEntry("access-control-allow-origin", origin)
                        .containsEntry(
                                "access-control-expose-headers", "Im-Session, Im-Request, Im-Answer, Retry-After")
                        .containsEntry("vary", "Origin");
            } else {
                assertThat(answer.headers()).doesNotContainKey("access-control-allow-origin");
            }
        }
    }

    @Test
    void aPreflightIsAnsweredAndTheSocketGoesOn() {
        try (Poller poller = EDGE.poller()) {
            poller.send("OPTIONS /v1/poll HTTP/1.1\r\nHost: gateway\r\nOrigin: https://chat.example.org\r\n"
                    + "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: im-session\r\n\r\n");

            Poller.Answer answer = poller.read(JSON);

            assertThat(answer.status()).isEqualTo(204);
            assertThat(answer.headers())
                    .containsEntry("access-control-allow-methods", "POST")
                    .containsEntry(
                            "access-control-allow-headers", "Content-Type, Im-Session, Im-Request, Im-Answer, Im-Wait");
            welcomed(poller, JSON);
        }
    }

    @Test
    void sessionsOfAnAddressAndInAllAreBounded() {
        bounded(new PollBounds(Duration.ofMillis(600), 100, SESSIONS), 429);
        bounded(new PollBounds(Duration.ofMillis(600), SESSIONS, 100), 503);
    }

    private static void bounded(PollBounds config, int status) {
        try (TestEdge edge = TestEdge.polled(Transport.best(), Duration.ofSeconds(20), new EchoSessions(), config)) {
            String last = "";
            for (int i = 0; i < SESSIONS; i++) {
                try (Poller poller = edge.poller()) {
                    last = welcomed(poller, PROTO).session();
                }
            }
            byte[] hello = Poller.body(PROTO, Peer.HELLO);
            try (Poller poller = edge.poller()) {
                Poller.Answer above = poller.ask(PROTO, Map.of("Im-Request", 1), hello);
                assertThat(above.status()).isEqualTo(status);
                assertThat(above.headers()).containsKey("retry-after");
            }
            try (Poller poller = edge.poller()) {
                Frame close = Frame.newBuilder()
                        .setClose(im.protocol.v1.Close.getDefaultInstance())
                        .build();
                poller.ask(PROTO, headers(last, 2, 1), Poller.body(PROTO, close));
                welcomed(poller, PROTO);
            }
        }
    }

    @Test
    void aRequestThatDoesNotComeWholeInTimeEndsItsSocket() {
        try (TestEdge edge = TestEdge.start(Transport.best(), Duration.ofSeconds(5), new EchoSessions());
                Poller poller = edge.poller()) {
            welcomed(poller, JSON);
            poller.send(Poller.head(JSON, Map.of("Im-Request", 1), 100) + "{");

            assertThat(poller.isEnded()).isTrue();
        }
    }

    @Test
    void aRequestBehindOneThatIsUnansweredEndsTheSocket() {
        try (Poller poller = EDGE.poller()) {
            String session = welcomed(poller, PROTO).session();
            String head = Poller.head(PROTO, headers(session, 0, 1), 0);
            poller.send(head + head);

            assertThat(poller.read(PROTO).status()).isEqualTo(400);
            assertThat(poller.isEnded()).isTrue();
        }
    }

    @Test
    void aSocketThatPolledServesOtherPathsToo() {
        try (Poller poller = EDGE.poller()) {
            welcomed(poller, JSON);
            poller.send("POST /echo HTTP/1.1\r\nHost: gateway\r\nContent-Length: 2\r\n\r\nhi");
            Poller.Answer page = poller.read(JSON);

            assertThat(page.body()).isEqualTo("hi".getBytes(StandardCharsets.US_ASCII));
            assertThat(page.headers()).containsEntry("connection", "close");
        }
        try (Poller poller = EDGE.poller()) {
            welcomed(poller, JSON);
            poller.send(Peer.UPGRADE);

            assertThat(poller.read(JSON).status()).isEqualTo(101);
        }
    }

    @Test
    void whereNobodyMayPollThereIsNoSuchPath() {
        try (TestEdge edge = TestEdge.polled(Transport.best(), Duration.ofSeconds(20), new EchoSessions(), null);
                Poller poller = edge.poller()) {
            assertThat(poller.ask(JSON, Map.of("Im-Request", 1), Poller.body(JSON, Peer.HELLO))
                            .status())
                    .isEqualTo(404);
        }
    }
}
