package im.gateway.launch;

import im.gateway.config.ListenConfig;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Where clients on this machine find the server; kept in the data folder as {@code endpoints.json}, also over a stop, so
 * that the same ports can be used again.
 *
 * @param api empty where the server API is not open
 */
public record Endpoints(String http, String ws, String tcp, String admin, String api) {
    private static final String FILE = "endpoints.json";
    private static final int SCHEMA = 1;
    private static final JsonFactory JSON = new JsonFactory();

    /** Ports by listener; 0 where none is known. */
    record Ports(int http, int tcp, int admin, int api) {
        static final Ports NONE = new Ports(0, 0, 0);

        /** Without the server API. */
        Ports(int http, int tcp, int admin) {
            this(http, tcp, admin, 0);
        }

        Ports withApi(int port) {
            return new Ports(http, tcp, admin, port);
        }
    }

    static Endpoints of(ListenConfig listen, Ports ports) {
        String host = reachable(listen.host());
        return new Endpoints(
                "http://" + host + ":" + ports.http(),
                "ws://" + host + ":" + ports.http() + "/v1/ws",
                "tcp://" + host + ":" + ports.tcp(),
                "http://" + reachable(listen.adminHost()) + ":" + ports.admin(),
                "");
    }

    /** With the server API on that address, where it has a port. */
    Endpoints withApi(String host, int port) {
        return port == 0 ? this : new Endpoints(http, ws, tcp, admin, "http://" + reachable(host) + ":" + port);
    }

    /** An address to connect to for one that is bound: loopback where all are bound. */
    static String reachable(String host) {
        if (host.equals("0.0.0.0")) {
            return "127.0.0.1";
        }
        if (host.equals("::")) {
            return "[::1]";
        }
        return host.contains(":") ? "[" + host + "]" : host;
    }

    /** The line that {@code start} prints. */
    String line() {
        return "http=" + http + " ws=" + ws + " tcp=" + tcp + " admin=" + admin + (api.isEmpty() ? "" : " api=" + api);
    }

    /** Replaces the file in one step: a reader sees the old one or the new one. */
    void write(Path data) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            json.writeNumberProperty("schema", SCHEMA);
            json.writeNumberProperty("pid", ProcessHandle.current().pid());
            json.writeStringProperty("http", http);
            json.writeStringProperty("ws", ws);
            json.writeStringProperty("tcp", tcp);
            json.writeStringProperty("admin", admin);
            if (!api.isEmpty()) {
                json.writeStringProperty("api", api);
            }
            json.writeEndObject();
        }
        Path half = data.resolve(FILE + ".new");
        Files.writeString(half, text + "\n");
        Files.move(half, data.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
    }

    /** The ports that were used last; empty when the file is there and cannot be understood. */
    static Optional<Ports> lastPorts(Path data) throws IOException {
        try {
            Map<String, String> fields = fields(Files.readString(data.resolve(FILE)));
            return Integer.toString(SCHEMA).equals(fields.get("schema"))
                    ? Optional.of(new Ports(
                            port(fields, "http"),
                            port(fields, "tcp"),
                            port(fields, "admin"),
                            Math.max(0, port(fields, "api"))))
                    : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.of(Ports.NONE);
        } catch (JacksonException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The texts of a flat object; read as a stream, since binding costs a start a tenth of its time. */
    private static Map<String, String> fields(String text) {
        Map<String, String> fields = new HashMap<>();
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return fields;
            }
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = json.currentName();
                json.nextToken();
                fields.put(name, json.getString());
            }
        }
        return fields;
    }

    private static int port(Map<String, String> fields, String name) {
        return URI.create(fields.getOrDefault(name, "")).getPort();
    }
}
