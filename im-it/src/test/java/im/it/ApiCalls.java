package im.it;

import static im.testkit.Patience.PATIENCE;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Calls of the server API with one key. */
final class ApiCalls {
    static final String ALL = "key-of-all";
    static final String SENDER = "key-of-sender";
    static final String SLOW = "key-of-slow";
    /** For the groups whose ids begin with {@link #SHOP_GROUPS}. */
    static final String SHOP = "key-of-the-shop";

    static final String SHOP_GROUPS = "shop.";

    /** What opens the server API to these keys, as a server or a cluster is set. */
    static final Map<String, String> SETTINGS = Map.of(
            "listen.api-port",
            "0",
            "api.keys",
            String.join(
                    ",",
                    entry("all", "send+connections+broadcast+presence+groups", ALL),
                    entry("sender", "send", SENDER),
                    entry("slow", "presence", SLOW),
                    entry("shop", "send+groups", SHOP) + ":" + SHOP_GROUPS),
            "api.requests-per-second",
            "200",
            "api.broadcast-per-second",
            "500");

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final URI api;
    private final String key;

    /** What came back; {@code json} of its body. */
    record Answer(int status, JsonNode json, HttpResponse<String> response) {
        String code() {
            return json.path("code").asString("");
        }
    }

    ApiCalls(URI api, String key) {
        this.api = api;
        this.key = key;
    }

    /** As {@code api.keys} has it. */
    static String entry(String name, String scopes, String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return name + ":" + scopes + ":" + HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    Answer get(String path) {
        return call("GET", path, "");
    }

    Answer post(String path, String body) {
        return call("POST", path, body);
    }

    Answer delete(String path) {
        return call("DELETE", path, "");
    }

    /** The same, many times at once. */
    List<Answer> postTogether(String path, String body, int times) {
        List<CompletableFuture<Answer>> calls = IntStream.range(0, times)
                .mapToObj(i -> CLIENT.sendAsync(request("POST", path, body), BodyHandlers.ofString())
                        .thenApply(ApiCalls::answer))
                .toList();
        return calls.stream().map(CompletableFuture::join).toList();
    }

    private HttpRequest request(String method, String path, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(api.resolve(path))
                .timeout(PATIENCE)
                // As curl says of every body that nothing else is said of.
                .header("Content-Type", "application/x-www-form-urlencoded")
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (!key.isEmpty()) {
            request.header("Authorization", "Bearer " + key);
        }
        return request.build();
    }

    private static Answer answer(HttpResponse<String> response) {
        return new Answer(response.statusCode(), JsonMapper.shared().readTree(response.body()), response);
    }

    Answer call(String method, String path, String body) {
        try {
            return answer(CLIENT.send(request(method, path, body), BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
