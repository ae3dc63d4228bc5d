package im.simulator.access;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The addresses that a server leaves in its data folder. */
final class EndpointsFile {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private EndpointsFile() {}

    static Gateways webSocket(Path file) {
        String text = new String(
                Access.bytesOf(file, "no --url, and no server's addresses (is one started with this data folder?)"),
                StandardCharsets.UTF_8);
        try {
            JsonNode address = JSON.readTree(text).path("ws");
            if (!address.isString()) {
                throw new AccessException(file + ": no \"ws\" in it");
            }
            if (!address.stringValue().startsWith("ws:")) {
                throw new IllegalArgumentException("not ws://host:port");
            }
            return EndpointUrl.parse(address.stringValue());
        } catch (JacksonException | IllegalArgumentException e) {
            throw new AccessException(file + ": " + e.getMessage());
        }
    }
}
