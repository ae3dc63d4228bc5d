package im.client.internal.transport;

import im.protocol.codec.BinaryWire;
import im.protocol.codec.Wire;
import im.protocol.json.JsonWire;
import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a gateway listens.
 *
 * @param host a name or an address literal, without the brackets of IPv6
 * @param path the request target; empty for TCP
 * @param json whether frames are JSON text; not on TCP
 */
public record Endpoint(Way way, String host, int port, String path, boolean json) {
    private static final Map<String, Way> WAYS = Map.of("ws", Way.WEB_SOCKET, "tcp", Way.TCP, "http", Way.POLLS);
    private static final String EXPECTED =
            ", expected ws://host:port/path, tcp://host:port or http://host:port/path (long polling)";

    /** How frames travel there. */
    public enum Way {
        WEB_SOCKET("ws", "/v1/ws"),
        TCP("tcp", ""),
        POLLS("http", "/v1/poll");

        final String scheme;
        final String path;

        Way(String scheme, String path) {
            this.scheme = scheme;
            this.path = path;
        }
    }

    /**
     * Reads {@code ws://host:port/path}, {@code http://host:port/path} for long polling, or {@code tcp://host:port};
     * throws {@link IllegalArgumentException}.
     */
    public static Endpoint of(URI uri) {
        Way way = WAYS.get(String.valueOf(uri.getScheme()));
        String host = uri.getHost();
        if (host == null || way == null) {
            throw new IllegalArgumentException("endpoint: " + uri + EXPECTED);
        }
        int port = uri.getPort();
        if (port <= 0 && way != Way.TCP) {
            port = 80;
        }
        if (port <= 0 || port > 65_535) {
            throw new IllegalArgumentException("endpoint: " + uri + ", expected a port of 1-65535");
        }
        String rawPath = uri.getRawPath();
        String path = rawPath == null || rawPath.isEmpty() ? way.path : rawPath;
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        return new Endpoint(way, bare, port, way == Way.TCP ? "" : path, false);
    }

    public boolean webSocket() {
        return way == Way.WEB_SOCKET;
    }

    /**
     * The same place, spoken to in JSON.
     *
     * @throws IllegalArgumentException if it is TCP
     * @throws IllegalStateException if the library for it is missing
     */
    public Endpoint inJson() {
        if (!JsonWire.isAvailable()) {
            throw new IllegalStateException("wire: JSON, expected tools.jackson.core:jackson-core on the class path");
        }
        if (way == Way.TCP) {
            throw new IllegalArgumentException("endpoint: " + this + ", expected ws://host:port/path for JSON");
        }
        return new Endpoint(way, host, port, path, true);
    }

    /** Long polling at the place of a WebSocket, beside it: null where its path does not say where that is. */
    public @Nullable Endpoint polls() {
        String suffix = "/ws";
        if (way != Way.WEB_SOCKET || !path.endsWith(suffix)) {
            return null;
        }
        String beside = path.substring(0, path.length() - suffix.length()) + "/poll";
        return new Endpoint(Way.POLLS, host, port, beside, json);
    }

    Wire wire() {
        return switch (way) {
            case WEB_SOCKET -> json ? JsonWire.CLIENT : BinaryWire.WEBSOCKET_CLIENT;
            case TCP -> BinaryWire.TCP;
            case POLLS -> json ? JsonWire.LINES : BinaryWire.TCP;
        };
    }

    String subprotocol() {
        return json ? "im.v1.json" : "im.v1.proto";
    }

    /** Of polls. */
    String contentType() {
        return json ? "application/x-ndjson" : "application/x-protobuf";
    }

    /** The value of the Host header. */
    String authority() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    @Override
    public String toString() {
        return way.scheme + "://" + authority() + path;
    }
}
