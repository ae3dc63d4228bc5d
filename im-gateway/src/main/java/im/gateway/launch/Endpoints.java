package im.gateway.launch;

import im.gateway.config.ListenConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Where clients on this machine find the server; kept in the data folder as {@code endpoints.json}, also over a stop, so
 * that the same ports can be used again.
 */
public record Endpoints(String http, String ws, String tcp, String admin) {
    private static final String FILE = "endpoints.json";
    private static final int SCHEMA = 1;

    /** Ports by listener; 0 where none is known. */
    record Ports(int http, int tcp, int admin) {
        static final Ports NONE = new Ports(0, 0, 0);
    }

    static Endpoints of(ListenConfig listen, Ports ports) {
        String host = reachable(listen.host());
        return new Endpoints(
                "http://" + host + ":" + ports.http(),
                "ws://" + host + ":" + ports.http() + "/v1/ws",
                "tcp://" + host + ":" + ports.tcp(),
                "http://" + reachable(listen.adminHost()) + ":" + ports.admin());
    }

    /** An address to connect to for one that is bound: loopback where all are bound. */
    private static String reachable(String host) {
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
        return "http=" + http + " ws=" + ws + " tcp=" + tcp + " admin=" + admin;
    }

    /** Replaces the file in one step: a reader sees the old one or the new one. */
    void write(Path data) throws IOException {
        JsonNode json = JsonMapper.shared()
                .createObjectNode()
                .put("schema", SCHEMA)
                .put("pid", ProcessHandle.current().pid())
                .put("http", http)
                .put("ws", ws)
                .put("tcp", tcp)
                .put("admin", admin);
        Path half = data.resolve(FILE + ".new");
        Files.writeString(half, json.toPrettyString() + "\n");
        Files.move(half, data.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
    }

    /** The ports that were used last; empty when the file is there and cannot be understood. */
    static Optional<Ports> lastPorts(Path data) throws IOException {
        try {
            JsonNode json = JsonMapper.shared().readTree(Files.readString(data.resolve(FILE)));
            if (json.path("schema").asInt(0) != SCHEMA) {
                return Optional.empty();
            }
            return Optional.of(new Ports(port(json, "http"), port(json, "tcp"), port(json, "admin")));
        } catch (NoSuchFileException e) {
            return Optional.of(Ports.NONE);
        } catch (JacksonException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static int port(JsonNode json, String name) {
        return URI.create(json.path(name).asString("")).getPort();
    }
}
