package im.gateway.launch;

import im.gateway.auth.TokenMinter;
import im.gateway.config.DurationText;
import im.gateway.edge.HttpPage;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code POST /dev/token} with {@code uid} and, if wanted, {@code ttl}, as a form or a JSON object, answers
 * {@code {"token": …}}. It hands out anybody's identity, so it exists in dev mode only, and only for a request that
 * {@link OwnAddress} takes for one of this machine and this server; a browser always sends the Origin along.
 */
final class DevTokenPage implements HttpPage {
    static final String PATH = "/dev/token";
    private static final String DEFAULT_TTL = "1h";

    private final TokenMinter minter;
    private final OwnAddress address;

    DevTokenPage(TokenMinter minter, OwnAddress address) {
        this.minter = minter;
        this.address = address;
    }

    @Override
    public Answer answer(Request request) {
        if (!request.method().equals("POST")) {
            return error(405, "expected POST", Map.of("Allow", "POST"));
        }
        if (!address.isMeantBy(request)) {
            return error(403, "only for this machine, under the server's own address", Map.of());
        }
        try {
            Map<String, String> fields = fields(new String(request.body(), StandardCharsets.UTF_8).strip());
            Duration ttl = ttl(fields.getOrDefault("ttl", DEFAULT_TTL));
            return json(200, "token", minter.mint(fields.getOrDefault("uid", ""), ttl), Map.of());
        } catch (IllegalArgumentException | JacksonException e) {
            String text = e instanceof JacksonException ? "not JSON" : String.valueOf(e.getMessage());
            return error(400, text, Map.of());
        }
    }

    private static Duration ttl(String text) {
        try {
            return DurationText.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("ttl: expected a duration such as 90s, 15m, 1h", e);
        }
    }

    private static Map<String, String> fields(String body) {
        Map<String, String> fields = new HashMap<>();
        if (body.startsWith("{")) {
            for (Map.Entry<String, JsonNode> field :
                    JsonMapper.shared().readTree(body).properties()) {
                fields.put(field.getKey(), field.getValue().asString(""));
            }
            return fields;
        }
        for (String pair : body.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                fields.put(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
            }
        }
        return fields;
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static Answer error(int status, String text, Map<String, String> headers) {
        return json(status, "error", text, headers);
    }

    private static Answer json(int status, String key, String value, Map<String, String> headers) {
        String body = JsonMapper.shared().createObjectNode().put(key, value) + "\n";
        Map<String, String> all = new HashMap<>(headers);
        all.put("Cache-Control", "no-store");
        return new Answer(status, "application/json", body.getBytes(StandardCharsets.UTF_8), all);
    }
}
