package im.it;

import static im.testkit.Patience.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.it.ApiCalls.Answer;
import im.protocol.v1.Close;
import im.protocol.v1.Code;
import im.protocol.v1.Envelope;
import im.protocol.v1.Feature;
import im.protocol.v1.Frame.BodyCase;
import im.protocol.v1.Sync;
import im.testkit.client.RawClient;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The server API, every request and answer of which is held against the file that it serves. */
@Tag(TestServer.CONFORMANCE)
class ServerApiIT {
    @RegisterExtension
    static final TestServer SERVER = TestServer.ofEitherForm(TestServer::withApi);

    private final ApiCalls api = with(ApiCalls.ALL);
    private final OpenApiFile file =
            new OpenApiFile(with("").get("/openapi.json").json());
    private final String ann = TestServer.uid("ann");
    private final String bob = TestServer.uid("bob");

    private static ApiCalls with(String key) {
        return new ApiCalls(SERVER.deployment().api(), key);
    }

    /** Calls, and holds answer and request against the file. */
    private Answer call(String operation, String path, String body) {
        Answer answer = api.call(operation.substring(0, operation.indexOf(' ')), path, body);
        assertThat(file.faults(file.answer(operation, answer.status()), answer.json()))
                .as("%s: %s", operation, answer.json())
                .isEmpty();
        if (!body.isEmpty() && answer.status() / 100 == 2) {
            assertThat(file.faults(file.request(operation), JsonMapper.shared().readTree(body)))
                    .isEmpty();
        }
        return answer;
    }

    private Answer send(String... messages) {
        return call("POST /v1/messages", "/v1/messages", "{\"messages\":[" + String.join(",", messages) + "]}");
    }

    private static String message(String id, String from, String to, String text) {
        return "{\"message_id\":\"" + id + "\",\"from\":\"" + from + "\",\"to\":\"" + to + "\",\"text\":\"" + text
                + "\"}";
    }

    private static List<String> codes(Answer answer) {
        return answer.json()
                .get("results")
                .valueStream()
                .map(result -> result.get("code").asString())
                .toList();
    }

    @Test
    void everyOperationOfTheFileIsThereAndAsksForAKey() {
        assertThat(file.operations()).hasSize(13);
        for (String operation : file.operations()) {
            String[] words = operation.split(" ");
            String path = words[1].replace("{id}", TestServer.messageId()).replaceAll("\\{[a-z]+}", "x");
            Answer answer = with("").call(words[0], path, "");
            assertThat(answer.status()).as(operation).isEqualTo(401);
            assertThat(file.faults(file.answer(operation, 401), answer.json())).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"wrong", "key-of-al", "key-of-alll", "KEY-OF-ALL"})
    void anotherKeyOpensNothing(String key) {
        Answer answer = with(key).post("/v1/presence", "{\"uids\":[\"a\"]}");

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.code()).isEqualTo("UNAUTHENTICATED");
        assertThat(answer.response().headers().firstValue("WWW-Authenticate")).contains("Bearer");
    }

    @Test
    void aKeyMayDoWhatItsScopesSay() {
        assertThat(with(ApiCalls.SENDER)
                        .post("/v1/presence", "{\"uids\":[\"a\"]}")
                        .code())
                .isEqualTo("FORBIDDEN");
        assertThat(with(ApiCalls.SENDER).delete("/v1/users/a/connections").status())
                .isEqualTo(403);
        assertThat(with(ApiCalls.SENDER).post("/v1/messages", "{}").code()).isEqualTo("MALFORMED");
    }

    @Test
    void aKeyThatAsksTooOftenIsToldToWait() {
        List<Answer> answers = new ArrayList<>();
        await().until(() -> {
            answers.addAll(with(ApiCalls.SLOW).postTogether("/v1/presence", "{\"uids\":[\"a\"]}", 1_000));
            return answers.stream().anyMatch(answer -> answer.status() == 429);
        });

        assertThat(answers).extracting(Answer::status).contains(200, 429).doesNotContain(500);
        assertThat(answers).filteredOn(answer -> answer.status() == 429).allSatisfy(answer -> {
            assertThat(answer.code()).isEqualTo("RATE_LIMITED");
            assertThat(answer.response().headers().firstValue("Retry-After")).contains("1");
        });
    }

    @Test
    void messagesOfAUserAndOfTheSystemArriveInOrderAndARepeatIsTheSameMessage() throws IOException {
        RawClient client = SERVER.raw(bob, "d");
        String first = TestServer.messageId();
        String second = TestServer.messageId();
        String system = "{\"message_id\":\"" + TestServer.messageId() + "\",\"to\":\"" + bob
                + "\",\"content_type\":\"notice\",\"data\":\"AQI=\"}";

        assertThat(codes(send(message(first, ann, bob, "one"), message(second, ann, bob, "two"), system)))
                .containsOnly("OK");
        assertThat(codes(send(message(first, ann, bob, "one")))).containsExactly("OK");
        assertThat(codes(send(message(first, ann, bob, "another")))).containsExactly("CONFLICT");

        TestServer.standing(client, ann, second);
        List<Envelope> all = client.page(ann, Sync.newBuilder()).getPlacedList().stream()
                .map(placed -> placed.getEnvelope())
                .toList();
        assertThat(all).extracting(Envelope::getText).containsExactly("one", "two");
        assertThat(all).extracting(Envelope::getSender).containsOnly(ann);
        await().until(() -> client.page("system", Sync.newBuilder()).getPlacedCount() == 1);
        Envelope notice = client.page("system", Sync.newBuilder()).getPlaced(0).getEnvelope();
        assertThat(notice.getContentType()).isEqualTo("notice");
        assertThat(notice.hasData()).isTrue();
        client.close();
    }

    @Test
    void eachMessageHasItsOwnOutcomeAndWhatComesBehindAFailureWaits() {
        String known = TestServer.messageId();
        send(message(known, ann, bob, "one"));

        List<String> messages = List.of(
                message(known, ann, bob, "changed"),
                message(TestServer.messageId(), ann, bob, "behind"),
                message(TestServer.messageId(), bob, ann, "of another sender"),
                message("no-id", ann, bob, "x"),
                message(TestServer.messageId(), ann, "not a uid", "x"),
                message(TestServer.messageId(), ann, bob, "x".repeat(64 * 1024 + 1)),
                "7");
        Answer answer = api.post("/v1/messages", "{\"messages\":[" + String.join(",", messages) + "]}");

        assertThat(codes(answer))
                .containsExactly("CONFLICT", "OUT_OF_ORDER", "OK", "MALFORMED", "MALFORMED", "TOO_LARGE", "MALFORMED");
    }

    @Test
    void whatComesBehindAMessageThatIsRefusedAsItIsWaitsToo() {
        for (String refused : List.of(
                message("no-id", ann, bob, "x"),
                message(TestServer.messageId(), ann, bob, "x".repeat(64 * 1024 + 1)),
                message(TestServer.messageId(), ann, bob, "x").replace("\"text\"", "\"texts\""))) {
            String told = message(TestServer.messageId(), ann, bob, "told").replace("}", ",\"transient\":true}");
            List<String> messages = List.of(
                    message(TestServer.messageId(), ann, bob, "before"),
                    refused,
                    message(TestServer.messageId(), ann, bob, "behind"),
                    message(TestServer.messageId(), bob, ann, "of another sender"),
                    told);
            List<String> codes = codes(api.post("/v1/messages", "{\"messages\":[" + String.join(",", messages) + "]}"));

            assertThat(codes.get(1)).isIn("MALFORMED", "TOO_LARGE");
            assertThat(List.of(codes.get(0), codes.get(2), codes.get(3), codes.get(4)))
                    .containsExactly("OK", "OUT_OF_ORDER", "OK", "OK");
        }
    }

    @Test
    void whatComesBehindARefusedMessageOfTheSystemWaitsHoweverTheSystemIsNamed() {
        String body = "{\"messages\":["
                + String.join(
                        ",",
                        message("no-id", "null", bob, "x").replace("\"null\"", "null"),
                        message(TestServer.messageId(), "null", bob, "behind").replace("\"null\"", "null"))
                + "]}";

        assertThat(codes(api.post("/v1/messages", body))).containsExactly("MALFORMED", "OUT_OF_ORDER");
    }

    @Test
    void whoMayNotAskIsToldSoBeforeTheBodyComes() throws IOException {
        URI api = SERVER.deployment().api();
        try (Socket socket = new Socket(api.getHost(), api.getPort())) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.getOutputStream()
                    .write(("POST /v1/presence HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer wrong\r\n"
                                    + "Content-Length: 2000000\r\n\r\n{")
                            .getBytes(StandardCharsets.US_ASCII));

            byte[] status = socket.getInputStream().readNBytes(12);

            assertThat(new String(status, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 401");
        }
    }

    @Test
    void aRequestHoldsUpToAHundredMessages() {
        assertThat(codes(send(messages(100)))).hasSize(100).containsOnly("OK");
        assertThat(send(messages(101)).code()).isEqualTo("TOO_LARGE");
        assertThat(send().code()).isEqualTo("MALFORMED");
    }

    private String[] messages(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> message(TestServer.messageId(), ann, bob, "m" + i))
                .toArray(String[]::new);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST|/v1/messages|no json|400|MALFORMED",
                "POST|/v1/messages|[]|400|MALFORMED",
                "POST|/v1/messages|{\"messages\":{}}|400|MALFORMED",
                "POST|/v1/messages|{\"messages\":[1],\"more\":1}|400|MALFORMED",
                "POST|/v1/presence|{\"uids\":[\"a b\"]}|400|MALFORMED",
                "POST|/v1/presence|{\"uids\":[]}|400|MALFORMED",
                "GET|/v1/users/a%20b/connections||400|MALFORMED",
                "PUT|/v1/messages|{}|405|UNSUPPORTED",
                "GET|/v1/nothing||404|NOT_FOUND",
                "GET|/metrics||404|NOT_FOUND",
                "GET|/v1/broadcasts/00000000-0000-4000-8000-000000000000||404|NOT_FOUND",
            })
    void whatIsNoRequestGetsACodeAndNoMore(String method, String path, String body, int status, String code) {
        Answer answer = api.call(method, path, body == null ? "" : body);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.code()).isEqualTo(code);
    }

    @Test
    void aBodyAboveTheLimitIsRefused() {
        assertThat(api.post("/v1/presence", "{\"uids\":[\"" + "x".repeat(3 << 20) + "\"]}")
                        .status())
                .isEqualTo(413);
    }

    @Test
    void connectionsAreListedAndClosedForGood() throws IOException {
        RawClient phone = SERVER.raw(bob, "phone");
        RawClient desk = SERVER.raw(bob, "desk");
        String path = "/v1/users/" + bob + "/connections";
        String operation = "/v1/users/{uid}/connections";

        Answer listed = call("GET " + operation, path, "");

        assertThat(texts(listed, "connection"))
                .containsExactlyInAnyOrder(
                        phone.welcome().getConnection(), desk.welcome().getConnection());
        assertThat(texts(listed, "node"))
                .containsExactlyInAnyOrder(
                        phone.welcome().getNode(), desk.welcome().getNode());
        // Of a cluster's gateways each knows the devices of its own connections.
        assertThat(List.of("phone", "desk")).containsAll(texts(listed, "device"));
        assertThat(texts(listed, "device")).hasSizeGreaterThanOrEqualTo(SERVER.isCluster() ? 0 : 2);

        assertThat(call("DELETE " + operation, path, "").json().get("closing").asInt())
                .isEqualTo(2);
        for (RawClient client : List.of(phone, desk)) {
            Close close = client.awaitClose();
            assertThat(close.getCode()).isEqualTo(4410);
            assertThat(close.getReconnect()).isFalse();
        }
        await().until(() ->
                call("GET " + operation, path, "").json().get("connections").isEmpty());
    }

    private static List<String> texts(Answer listed, String field) {
        return listed.json()
                .get("connections")
                .valueStream()
                .filter(each -> each.has(field))
                .map(each -> each.get(field).asString())
                .toList();
    }

    @Test
    void oneConnectionIsClosedAndTheOthersStay() throws IOException {
        RawClient phone = SERVER.raw(bob, "phone");
        RawClient desk = SERVER.raw(bob, "desk");
        String operation = "DELETE /v1/users/{uid}/connections/{node}/{connection}";
        String path = "/v1/users/" + bob + "/connections/" + phone.welcome().getNode() + "/";

        assertThat(call(operation, path + "ffff", "").code()).isEqualTo("NOT_FOUND");
        assertThat(call(operation, path.replace(bob, ann) + phone.welcome().getConnection(), "")
                        .code())
                .isEqualTo("NOT_FOUND");
        assertThat(call(operation, path + phone.welcome().getConnection(), "")
                        .json()
                        .get("closing")
                        .asInt())
                .isEqualTo(1);

        assertThat(phone.awaitClose().getCode()).isEqualTo(4410);
        assertThat(desk.sendAndAwait(desk.text(TestServer.messageId(), ann, "still here"))
                        .getCode())
                .isEqualTo(Code.OK);
        desk.close();
    }

    @Test
    void presenceTellsWhenWhoIsAwayWasLastSeen() throws IOException {
        long before = System.currentTimeMillis();
        SERVER.raw(bob, "d").close();
        String body = "{\"uids\":[\"" + bob + "\",\"" + ann + "\"]}";

        await().until(() -> !presence(body).get(0).get("online").asBoolean());

        JsonNode told = presence(body);
        assertThat(told.get(0).get("last_seen_ms").asLong()).isBetween(before - 5_000, before + 60_000);
        assertThat(told.get(1).get("last_seen_ms").asLong()).isZero();
    }

    private JsonNode presence(String body) {
        return call("POST /v1/presence", "/v1/presence", body).json().get("presence");
    }

    @Test
    void presenceTellsWhoIsConnected() throws IOException {
        RawClient client = SERVER.raw(bob, "d");
        String body = "{\"uids\":[\"" + bob + "\",\"" + ann + "\",\"" + bob + "\"]}";

        JsonNode told = call("POST /v1/presence", "/v1/presence", body).json().get("presence");

        assertThat(told).hasSize(2);
        assertThat(told.get(0).get("uid").asString()).isEqualTo(bob);
        assertThat(told.get(0).get("online").asBoolean()).isTrue();
        assertThat(told.get(0).get("connections").asInt()).isEqualTo(1);
        assertThat(told.get(1).get("online").asBoolean()).isFalse();
        assertThat(api.post("/v1/presence", uids(200)).status()).isEqualTo(200);
        assertThat(api.post("/v1/presence", uids(201)).status()).isEqualTo(413);
        client.close();
    }

    private static String uids(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "\"u" + i + "\"")
                .collect(Collectors.joining(",", "{\"uids\":[", "]}"));
    }

    @Test
    void aBroadcastToAListIsAMessageToEachOfThemOnce() throws IOException {
        String id = TestServer.messageId();
        String body = "{\"broadcast_id\":\"" + id + "\",\"from\":\"" + ann + "\",\"uids\":[\"" + bob + "\",\"x\",\""
                + bob + "\"],\"text\":\"all hands\"}";

        assertThat(call("POST /v1/broadcasts", "/v1/broadcasts", body).status()).isEqualTo(202);
        awaitDone(id, 2);
        assertThat(call("POST /v1/broadcasts", "/v1/broadcasts", body)
                        .json()
                        .get("state")
                        .asString())
                .isEqualTo("done");
        assertThat(call("POST /v1/broadcasts", "/v1/broadcasts", body.replace("hands", "feet"))
                        .code())
                .isEqualTo("CONFLICT");

        RawClient client = SERVER.raw(bob, "d");
        await().until(() -> client.page(ann, Sync.newBuilder()).getPlacedCount() == 1);
        client.close();
    }

    @Test
    void aTransientBroadcastReachesWhoIsOnlineAndStaysNowhere() throws IOException {
        RawClient client = SERVER.welcomed(
                Transport.TCP,
                RawClient.hello(SERVER.token(bob), "d")
                        .addFeatures(Feature.TRANSIENT)
                        .build());
        String id = TestServer.messageId();

        call(
                "POST /v1/broadcasts",
                "/v1/broadcasts",
                "{\"broadcast_id\":\"" + id + "\",\"online\":true,\"transient\":true,\"text\":\"soon\"}");

        Envelope told = client.await(BodyCase.TRANSIENT).getTransient().getEnvelope();
        assertThat(told.getText()).isEqualTo("soon");
        assertThat(told.getSender()).isEqualTo("system");
        assertThat(awaitDone(id).get("sent").asInt()).isPositive();
        assertThat(client.page("system", Sync.newBuilder()).getPlacedList()).isEmpty();
        client.close();
        RawClient later = SERVER.raw(bob, "later");
        assertThat(later.page("system", Sync.newBuilder()).getPlacedList()).isEmpty();
        later.close();
    }

    @Test
    void aBroadcastReachesEachWhoIsOnlineOnceWhereverItIsConnected() throws IOException {
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            clients.add(SERVER.raw(TestServer.uid("online"), "d"));
        }
        String id = TestServer.messageId();
        String body = "{\"broadcast_id\":\"" + id + "\",\"from\":\"" + ann + "\",\"online\":true,\"text\":\"all\"}";

        call("POST /v1/broadcasts", "/v1/broadcasts", body);
        JsonNode done = awaitDone(id);

        assertThat(done.get("sent").asInt())
                .isEqualTo(done.get("receivers").asInt())
                .isGreaterThanOrEqualTo(4);
        for (RawClient client : clients) {
            assertThat(client.await(BodyCase.DELIVER)
                            .getDeliver()
                            .getPlaced(0)
                            .getEnvelope()
                            .getText())
                    .isEqualTo("all");
            assertThat(client.page(ann, Sync.newBuilder()).getPlacedList()).hasSize(1);
            client.close();
        }
        call("POST /v1/broadcasts", "/v1/broadcasts", body);
        assertThat(awaitDone(id).get("sent").asInt()).isEqualTo(done.get("sent").asInt());
    }

    @Test
    void aBroadcastKeepsItsRateAndCanBeEnded() {
        String id = TestServer.messageId();
        List<String> uids = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            uids.add("\"u" + i + "\"");
        }
        long begun = System.nanoTime();
        call(
                "POST /v1/broadcasts",
                "/v1/broadcasts",
                "{\"broadcast_id\":\"" + id + "\",\"per_second\":1,\"uids\":[" + String.join(",", uids)
                        + "],\"text\":\"slow\"}");

        JsonNode ended =
                call("DELETE /v1/broadcasts/{id}", "/v1/broadcasts/" + id, "").json();

        assertThat(ended.get("state").asString()).isEqualTo("cancelled");
        assertThat(ended.get("receivers").asInt()).isEqualTo(1_000);
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
        assertThat(ended.get("sent").asLong()).isLessThanOrEqualTo(1 + seconds);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"broadcast_id\":\"x\",\"online\":true,\"text\":\"a\"}",
                "{\"broadcast_id\":\"ID\",\"text\":\"a\"}",
                "{\"broadcast_id\":\"ID\",\"online\":true,\"uids\":[\"a\"],\"text\":\"a\"}",
                "{\"broadcast_id\":\"ID\",\"online\":true}",
                "{\"broadcast_id\":\"ID\",\"online\":true,\"text\":\"a\",\"data\":\"AA==\"}",
                "{\"broadcast_id\":\"ID\",\"online\":true,\"data\":\"?\"}",
                "{\"broadcast_id\":\"ID\",\"online\":true,\"text\":\"a\",\"per_second\":0}",
                "{\"broadcast_id\":\"ID\",\"online\":true,\"text\":\"a\",\"per_second\":501}",
                "{\"broadcast_id\":\"ID\",\"online\":1,\"text\":\"a\"}",
                "{\"broadcast_id\":\"ID\",\"online\":true,\"text\":\"\\ud800\"}",
            })
    void whatIsNoBroadcastIsRefused(String body) {
        Answer answer = call("POST /v1/broadcasts", "/v1/broadcasts", body.replace("ID", TestServer.messageId()));

        assertThat(answer.code()).isEqualTo("MALFORMED");
    }

    private void awaitDone(String id, int sent) {
        assertThat(awaitDone(id).get("sent").asInt()).isEqualTo(sent);
    }

    private JsonNode awaitDone(String id) {
        String path = "/v1/broadcasts/" + id;
        await().until(() -> call("GET /v1/broadcasts/{id}", path, "")
                .json()
                .get("state")
                .asString()
                .equals("done"));
        return call("GET /v1/broadcasts/{id}", path, "").json();
    }
}
