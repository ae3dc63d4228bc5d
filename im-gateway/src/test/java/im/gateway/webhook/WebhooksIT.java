package im.gateway.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import im.gateway.config.OnFailure;
import im.gateway.config.Secret;
import im.gateway.config.WebhookConfig;
import im.gateway.config.WebhookConfig.Event;
import im.gateway.intercept.IncomingMessage;
import im.gateway.intercept.MessageContent.Data;
import im.gateway.intercept.MessageContent.Text;
import im.gateway.intercept.Verdict;
import im.protocol.CloseReason;
import im.protocol.ConversationKey;
import im.protocol.MessageId;
import im.protocol.codec.EnvelopeCodec;
import im.protocol.v1.Code;
import im.protocol.v1.Send;
import im.relay.AppendRequest;
import im.router.memory.MemoryPresence;
import im.router.memory.MemoryRouteDirectory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class WebhooksIT {
    private static final ConversationKey AB = ConversationKey.direct("a", "b");
    private static final MessageId ID = new MessageId(1, 2);
    private static final Duration SHORT = Duration.ofMillis(150);
    private static final Duration LONG = Duration.ofSeconds(10);
    /** Only what never happens is waited for so long. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final MemoryRouteDirectory routes = new MemoryRouteDirectory(new Random(1));
    private final MemoryPresence presence =
            new MemoryPresence(routes, new NobodySeen(), Duration.ofSeconds(1), Clock.systemUTC());
    private final AppServer app = new AppServer();
    private @Nullable Webhooks webhooks;

    WebhooksIT() throws IOException {}

    @AfterEach
    void close() {
        app.answers(AppServer.status(204));
        if (webhooks != null) {
            webhooks.close();
        }
        app.close();
    }

    private Webhooks open(URI url, Duration timeout, OnFailure onFailure, int queue, int retries, Event... events) {
        WebhookConfig config = new WebhookConfig(
                Optional.of(url),
                Optional.of(new Secret("hush")),
                Optional.empty(),
                List.of(events),
                timeout,
                retries,
                timeout,
                onFailure,
                queue,
                256 * 1024,
                Duration.ZERO);
        try {
            Webhooks opened = Webhooks.open(config, "n1", presence, Clock.systemUTC(), new Random(1), meters);
            webhooks = opened;
            return opened;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private Webhooks open(Event... events) {
        return open(app.url(), LONG, OnFailure.REFUSE, 1_000, 3, events);
    }

    private Webhooks asking(Duration timeout, OnFailure onFailure) {
        return open(app.url(), timeout, onFailure, 1_000, 0, Event.BEFORE_SEND);
    }

    @Test
    void whatHappensIsToldInOrderSignedAndWithItsShape() throws Exception {
        Webhooks hooks = open(Event.CONNECTED, Event.DISCONNECTED, Event.AFTER_ACCEPT, Event.WENT_OFFLINE);

        hooks.connected("a", "d", 255, "linux");
        hooks.accepted(request("hello"), 77);
        hooks.disconnected("a", "d", 255, CloseReason.TIMEOUT);

        await().atMost(PATIENCE).until(() -> events().size() == 4);
        assertThat(events())
                .extracting(event -> event.get("event").asString())
                .containsExactly("connected", "after-accept", "disconnected", "went-offline");
        assertThat(events().get(0).get("connection").asString()).isEqualTo("ff");
        assertThat(events().get(0).get("platform").asString()).isEqualTo("linux");
        JsonNode message = events().get(1).get("message");
        assertThat(message.get("from").asString()).isEqualTo("a");
        assertThat(message.get("to").asString()).isEqualTo("b");
        assertThat(message.get("text").asString()).isEqualTo("hello");
        assertThat(message.get("message_id").asString()).isEqualTo(ID.toString());
        assertThat(message.get("accepted_ms").asLong()).isEqualTo(77);
        assertThat(events().get(2).get("reason").asString()).isEqualTo("timeout");
        assertThat(events()).extracting(event -> event.get("id").asString()).doesNotHaveDuplicates();
        for (AppServer.Request request : app.requests) {
            assertThat(request.signature()).isEqualTo(signature(request));
            assertThat(Long.parseLong(request.timestamp()))
                    .isCloseTo(System.currentTimeMillis() / 1_000, org.assertj.core.data.Offset.offset(60L));
        }
    }

    @Test
    void eventsThatAreNotAskedForAreNotSentAndSomebodyElsewhereIsNotOffline() {
        Webhooks hooks = open(Event.WENT_OFFLINE);
        var unused = routes.register("a", "other", 1, 7);

        hooks.connected("a", "d", 1, "");
        hooks.disconnected("a", "d", 1, CloseReason.PEER);
        hooks.disconnected("b", "d", 2, CloseReason.PEER);

        await().atMost(PATIENCE).until(() -> events().size() == 1);
        assertThat(events().get(0).get("uid").asString()).isEqualTo("b");
    }

    @Test
    void whatIsNotTakenComesAgainWithTheSameIdsAndInOrder() {
        int retries = 20;
        Webhooks hooks = open(app.url(), LONG, OnFailure.REFUSE, 1_000, retries, Event.CONNECTED);
        app.answers(AppServer.status(500));
        hooks.connected("a", "1", 1, "");
        await().atMost(PATIENCE).until(() -> app.requests.size() >= 2);
        hooks.connected("a", "2", 2, "");

        app.answers(AppServer.status(200));

        await().atMost(PATIENCE).until(() -> count("events", "taken") == 2);
        assertThat(app.requests.get(0).body()).isEqualTo(app.requests.get(1).body());
        JsonNode last = events().get(events().size() - 1);
        assertThat(last.get("device").asString()).isEqualTo("2");
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 400, 404, 429, 503})
    void whatIsNeverTakenIsDroppedAfterItsTriesAndCounted(int status) {
        Webhooks hooks = open(app.url(), LONG, OnFailure.REFUSE, 100, 1, Event.CONNECTED);
        app.answers(AppServer.status(status));

        hooks.connected("a", "1", 1, "");

        await().atMost(PATIENCE).until(() -> count("events", "failed") == 1);
        assertThat(app.requests).hasSize(2);
    }

    @Test
    void theQueueHoldsWhatItMayAndDropsTheRest() {
        app.answers(AppServer.silence());
        Webhooks hooks = open(app.url(), LONG, OnFailure.REFUSE, 16, 0, Event.CONNECTED);
        hooks.connected("a", "first", 1, "");
        await().atMost(PATIENCE).until(() -> app.requests.size() == 1);

        for (int i = 0; i < 17; i++) {
            hooks.connected("a", "d" + i, 1, "");
        }

        assertThat(count("events", "full")).isEqualTo(1);
        assertThat(meters.get("im.gateway.webhook.waiting").gauge().value()).isEqualTo(16);
    }

    @Test
    void theBytesThatWaitAreBoundedToo() {
        app.answers(AppServer.silence());
        Webhooks hooks = open(app.url(), LONG, OnFailure.REFUSE, 1_000, 0, Event.AFTER_ACCEPT);
        hooks.accepted(request("x"), 1);
        await().atMost(PATIENCE).until(() -> app.requests.size() == 1);

        for (int i = 0; i < 5; i++) {
            hooks.accepted(request("x".repeat(60_000)), 1);
        }

        assertThat(count("events", "full")).isEqualTo(1);
    }

    @Test
    void aReceiverThatIsDownStopsBeingAskedAndIsAskedAgainLater() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        URI nobody = URI.create("http://127.0.0.1:" + port + "/hooks");
        Webhooks hooks = open(nobody, LONG, OnFailure.REFUSE, 100, 0, Event.BEFORE_SEND);

        for (int i = 0; i < 10; i++) {
            assertThat(code(judged(hooks))).isEqualTo(Code.UNAVAILABLE);
        }
        assertThat(hooks.failure()).isNotNull();
        assertThat(count("questions", "failed")).isEqualTo(10);
        // Not always the next one: after two seconds it is asked again.
        await().atMost(PATIENCE).until(() -> {
            assertThat(code(judged(hooks))).isEqualTo(Code.UNAVAILABLE);
            return count("questions", "not_asked") > 0;
        });
        double failed = count("questions", "failed");
        await().atMost(PATIENCE).until(() -> {
            judged(hooks);
            return count("questions", "failed") > failed;
        });
    }

    @Test
    void theReceiverDecidesAboutAMessage() {
        Webhooks hooks = asking(LONG, OnFailure.REFUSE);

        assertThat(judged(hooks)).isEqualTo(Verdict.ACCEPT);
        app.answers(AppServer.json("{\"action\":\"allow\"}"));
        assertThat(judged(hooks)).isEqualTo(Verdict.ACCEPT);
        app.answers(AppServer.json("{\"action\":\"refuse\"}"));
        assertThat(judged(hooks)).isEqualTo(new Verdict.Reject(Code.FORBIDDEN, "refused"));
        app.answers(AppServer.json(
                "{\"action\":\"refuse\",\"code\":\"RATE_LIMITED\",\"text\":\"slow\",\"retry_after_ms\":5}"));
        assertThat(judged(hooks)).isEqualTo(new Verdict.Reject(Code.RATE_LIMITED, "slow", 5));
        app.answers(AppServer.json("{\"action\":\"rewrite\",\"content_type\":\"t\",\"text\":\"seemly\"}"));
        assertThat(judged(hooks)).isEqualTo(new Verdict.Rewrite("t", new Text("seemly")));
        app.answers(AppServer.json("{\"action\":\"rewrite\",\"data\":\"AQI=\"}"));
        assertThat(judged(hooks))
                .isInstanceOfSatisfying(
                        Verdict.Rewrite.class,
                        rewrite -> assertThat(((Data) rewrite.content()).data()).isEqualTo(new byte[] {1, 2}));

        JsonNode asked = events().get(0);
        assertThat(asked.get("event").asString()).isEqualTo("before-send");
        assertThat(asked.get("message").get("text").asString()).isEqualTo("hello");
        assertThat(asked.get("message").get("device").asString()).isEqualTo("d");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "no json",
                "[]",
                "{}",
                "{\"action\":\"Allow\"}",
                "{\"action\":true}",
                "{\"action\":\"refuse\",\"code\":\"OK\"}",
                "{\"action\":\"refuse\",\"code\":\"NO_SUCH_CODE\"}",
                "{\"action\":\"refuse\",\"retry_after_ms\":-1}",
                "{\"action\":\"refuse\",\"text\":\"half a pair: \\ud83d\"}",
                "{\"action\":\"rewrite\"}",
                "{\"action\":\"rewrite\",\"text\":\"half a pair: \\ud83d\"}",
                "{\"action\":\"rewrite\",\"data\":\"not base64!\"}",
            })
    void anAnswerThatMakesNoSenseIsAFailure(String body) {
        app.answers(AppServer.json(body));

        assertThat(code(judged(asking(LONG, OnFailure.REFUSE)))).isEqualTo(Code.UNAVAILABLE);
        assertThat(count("questions", "failed")).isEqualTo(1);
    }

    @Test
    void theTextOfARefusalIsShortenedBetweenCharacters() {
        Webhooks hooks = asking(LONG, OnFailure.REFUSE);
        String pair = "\ud83d\ude00";
        app.answers(
                AppServer.json("{\"action\":\"refuse\",\"text\":\"" + "x".repeat(Verdict.MAX_TEXT - 1) + pair + "\"}"));

        assertThat(judged(hooks)).isEqualTo(new Verdict.Reject(Code.FORBIDDEN, "x".repeat(Verdict.MAX_TEXT - 1)));

        app.answers(
                AppServer.json("{\"action\":\"refuse\",\"text\":\"" + "x".repeat(Verdict.MAX_TEXT - 2) + pair + "\"}"));
        assertThat(judged(hooks))
                .isEqualTo(new Verdict.Reject(Code.FORBIDDEN, "x".repeat(Verdict.MAX_TEXT - 2) + pair));
    }

    @Test
    void questionsThatFailDoNotStopEvents() {
        Webhooks hooks = open(app.url(), LONG, OnFailure.REFUSE, 100, 0, Event.BEFORE_SEND, Event.CONNECTED);
        app.answers(AppServer.status(500));
        while (count("questions", "not_asked") == 0) {
            judged(hooks);
        }
        assertThat(hooks.failure()).isNotNull();

        app.answers(AppServer.status(204));
        hooks.connected("a", "1", 1, "");

        await().atMost(PATIENCE).until(() -> count("events", "taken") == 1);
        assertThat(hooks.failure()).as("nobody has asked the judge since").isNotNull();
    }

    @Test
    void whatIsUnderWayWhenItStopsIsCountedToo() {
        app.answers(AppServer.silence());
        Webhooks hooks = open(app.url(), LONG, OnFailure.REFUSE, 100, 0, Event.CONNECTED);
        hooks.connected("a", "1", 1, "");
        await().atMost(PATIENCE).until(() -> app.requests.size() == 1);
        hooks.connected("a", "2", 2, "");

        hooks.close();

        assertThat(count("events", "stopped")).isEqualTo(2);
    }

    @Test
    void failuresMayBeAllowedInstead() {
        Webhooks hooks = asking(SHORT, OnFailure.ALLOW);
        for (AppServer.Answer bad : List.of(AppServer.silence(), AppServer.headersOnly(), AppServer.endless())) {
            app.answers(bad);
            assertThat(judged(hooks)).isEqualTo(Verdict.ACCEPT);
        }

        assertThat(count("questions", "failed")).isEqualTo(3);
    }

    @Test
    void soMayAnswersThatAreNone() {
        Webhooks hooks = asking(LONG, OnFailure.ALLOW);
        for (AppServer.Answer bad : List.of(AppServer.status(500), AppServer.redirect(app.url()))) {
            app.answers(bad);
            assertThat(judged(hooks)).isEqualTo(Verdict.ACCEPT);
        }

        assertThat(count("questions", "failed")).isEqualTo(2);
        assertThat(app.requests).as("a redirect is not followed").hasSize(2);
    }

    @Test
    void aReceiverThatNeverEndsItsAnswerIsWaitedForUntilTheDeadline() {
        Webhooks hooks = asking(SHORT, OnFailure.REFUSE);
        app.answers(AppServer.headersOnly());
        long begun = System.nanoTime();

        assertThat(code(judged(hooks))).isEqualTo(Code.UNAVAILABLE);

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(SHORT.minusMillis(10));
    }

    @Test
    void anAnswerMayHaveItsMostBytesAndNotOneMore() {
        Webhooks hooks = asking(LONG, OnFailure.REFUSE);
        String answer = "{\"action\":\"allow\"}";
        app.answers(AppServer.json(answer + " ".repeat(BoundedBody.MOST - answer.length())));
        assertThat(judged(hooks)).isEqualTo(Verdict.ACCEPT);

        app.answers(AppServer.json(answer + " ".repeat(BoundedBody.MOST - answer.length() + 1)));
        assertThat(code(judged(hooks))).isEqualTo(Code.UNAVAILABLE);
    }

    @Test
    void aSecretFromAFileLosesItsLineEndAndAnEmptyOneIsRefused(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("secret"), "hush\n");
        assertThat(config(file)).isNotNull();
        webhooks = Webhooks.open(config(file), "n1", presence, Clock.systemUTC(), new Random(1), meters);
        webhooks.connected("a", "d", 1, "");
        await().atMost(PATIENCE).until(() -> !app.requests.isEmpty());
        assertThat(app.requests.get(0).signature()).isEqualTo(signature(app.requests.get(0)));

        Files.writeString(file, "\n");
        assertThatThrownBy(() -> Webhooks.open(config(file), "n1", presence, Clock.systemUTC(), new Random(1), meters))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the secret has 0 bytes");
    }

    private WebhookConfig config(Path secret) {
        return new WebhookConfig(
                Optional.of(app.url()),
                Optional.empty(),
                Optional.of(secret),
                List.of(Event.CONNECTED),
                LONG,
                0,
                Duration.ofSeconds(1),
                OnFailure.REFUSE,
                100,
                256 * 1024,
                Duration.ZERO);
    }

    private static AppendRequest request(String text) {
        Send send = Send.newBuilder().setMessageId(ID.toString()).setText(text).build();
        return new AppendRequest(
                AB, "a", ID, EnvelopeCodec.requestHash(send), 1, EnvelopeCodec.encode(send, "a", "d", 1));
    }

    private static Verdict judged(Webhooks hooks) {
        return hooks.gate()
                .judge(new IncomingMessage(AB, "a", "d", ID, "", new Text("hello")))
                .toCompletableFuture()
                .join();
    }

    private static Code code(Verdict verdict) {
        return ((Verdict.Reject) verdict).code();
    }

    private List<JsonNode> events() {
        return app.requests.stream()
                .map(request -> JsonMapper.shared().readTree(request.body()))
                .peek(body -> assertThat(body.get("node").asString()).isEqualTo("n1"))
                .flatMap(body -> body.get("events").valueStream())
                .toList();
    }

    private double count(String what, String outcome) {
        return meters.get("im.gateway.webhook." + what)
                .tag("outcome", outcome)
                .counter()
                .count();
    }

    /** As a receiver checks it. */
    private static String signature(AppServer.Request request) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec("hush".getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        byte[] stamp = (request.timestamp() + ".").getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(stamp, stamp.length + request.body().length);
        System.arraycopy(request.body(), 0, all, stamp.length, request.body().length);
        return "v1=" + HexFormat.of().formatHex(mac.doFinal(all));
    }
}
