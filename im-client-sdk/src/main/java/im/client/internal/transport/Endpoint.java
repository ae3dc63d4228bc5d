package im.client.internal.transport;

import java.net.URI;

/**
 * Where a gateway listens.
 *
 * @param host a name or an address literal, without the brackets of IPv6
 * @param path the request target of the WebSocket upgrade; empty for TCP
 */
public record Endpoint(boolean webSocket, String host, int port, String path) {

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
        return new Endpoint(webSocket, bare, port, webSocket ? path : "");
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
