package im.client.internal.transport;

import im.protocol.codec.BinaryWire;
import im.protocol.codec.Wire;
import im.protocol.json.JsonWire;
import java.net.URI;

/**
 * Where a gateway listens.
 *
 * @param host a name or an address literal, without the brackets of IPv6
 * @param path the request target of the WebSocket upgrade; empty for TCP
 * @param json whether frames are JSON text; only on WebSocket
 */
public record Endpoint(boolean webSocket, String host, int port, String path, boolean json) {

    /** Reads {@code ws://host:port/path} or {@code tcp://host:port}; throws {@link IllegalArgumentException}. */
    public static Endpoint of(URI uri) {
        String scheme = String.valueOf(uri.getScheme());
        String host = uri.getHost();
        if (host == null || !(scheme.equals("ws") || scheme.equals("tcp"))) {
            throw new IllegalArgumentException(
                    "endpoint: " + uri + ", expected ws://host:port/path or tcp://host:port");
        }
        boolean webSocket = scheme.equals("ws");
        int port = uri.getPort();
        if (port <= 0 && webSocket) {
            port = 80;
        }
        if (port <= 0 || port > 65_535) {
            throw new IllegalArgumentException("endpoint: " + uri + ", expected a port of 1-65535");
        }
        String rawPath = uri.getRawPath();
        String path = webSocket && (rawPath == null || rawPath.isEmpty()) ? "/v1/ws" : String.valueOf(rawPath);
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        return new Endpoint(webSocket, bare, port, webSocket ? path : "", false);
    }

    /**
     * The same place, spoken to in JSON.
     *
     * @throws IllegalArgumentException if it is not a WebSocket
     * @throws IllegalStateException if the library for it is missing
     */
    public Endpoint inJson() {
        if (!JsonWire.isAvailable()) {
            throw new IllegalStateException("wire: JSON, expected tools.jackson.core:jackson-core on the class path");
        }
        if (!webSocket) {
            throw new IllegalArgumentException("endpoint: " + this + ", expected ws://host:port/path for JSON");
        }
        return new Endpoint(true, host, port, path, true);
    }

    Wire wire() {
        if (json) {
            return JsonWire.CLIENT;
        }
        return webSocket ? BinaryWire.WEBSOCKET_CLIENT : BinaryWire.TCP;
    }

    String subprotocol() {
        return json ? "im.v1.json" : "im.v1.proto";
    }

    /** The value of the Host header. */
    String authority() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    @Override
    public String toString() {
        return (webSocket ? "ws://" : "tcp://") + authority() + path;
    }
}
