package im.it;

import static im.testkit.Patience.PATIENCE;

import im.servers.Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Somebody with etcdctl, over its HTTP gateway: who has registered, and the end of their leases. */
final class EtcdOperator {
    private static final String NAMES = "/im/names/";
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    private final Server etcd;

    EtcdOperator(Server etcd) {
        this.etcd = etcd;
    }

    /** The leases of all nodes, by their names. */
    Map<String, String> leases() {
        Map<String, String> leases = new TreeMap<>();
        for (JsonNode found : range(NAMES, "/im/names0")) {
            String key = decoded(found.path("key").asString());
            leases.put(
                    key.substring(key.lastIndexOf('/') + 1), found.path("lease").asString());
        }
        return leases;
    }

    /** Which incarnation that slot's node was given, the last one of them. */
    long incarnation(String node) {
        for (JsonNode found : range(NAMES, "/im/names0")) {
            if (decoded(found.path("key").asString()).endsWith("/" + node)) {
                String key = "/im/incarnations/" + decoded(found.path("value").asString());
                return Long.parseLong(
                        decoded(range(key, "").path(0).path("value").asString()));
            }
        }
        throw new IllegalStateException(node + " is not registered");
    }

    /** {@code etcdctl lease revoke}. */
    void revoke(String lease) {
        var unused = post("/v3/lease/revoke", "{\"ID\":\"" + lease + "\"}");
    }

    private JsonNode range(String key, String end) {
        String ask = "{\"key\":\"" + encoded(key) + "\""
                + (end.isEmpty() ? "" : ",\"range_end\":\"" + encoded(end) + "\"") + "}";
        return post("/v3/kv/range", ask).path("kvs");
    }

    private JsonNode post(String path, String json) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + etcd.address() + path))
                .timeout(PATIENCE)
                .POST(BodyPublishers.ofString(json))
                .build();
        try {
            HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IllegalStateException(path + ": " + answer.statusCode() + " " + answer.body());
            }
            return JSON.readTree(answer.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String decoded(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }
}
