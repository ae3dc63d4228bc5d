package im.simulator.access;

import java.net.URI;

/** What {@code --url} may be. */
public final class EndpointUrl {
    private static final String WEBSOCKET_PATH = "/v1/ws";

    private EndpointUrl() {}

    /**
     * Reads a URL; a WebSocket one without a path gets the gateway's.
     *
     * @throws IllegalArgumentException if it is anything but {@code ws://host:port[/path]} or {@code tcp://host:port}
     */
    public static URI parse(String text) {
        return normalize(URI.create(text));
    }

    static URI normalize(URI url) {
        String scheme = String.valueOf(url.getScheme());
        boolean webSocket = scheme.equals("ws");
        if ((!webSocket && !scheme.equals("tcp")) || url.getHost() == null || url.getPort() <= 0) {
            throw new IllegalArgumentException("not ws://host:port or tcp://host:port");
        }
        boolean bare = url.getPath() == null
                || url.getPath().isEmpty()
                || url.getPath().equals("/");
        if (!webSocket && !bare) {
            throw new IllegalArgumentException("tcp has no path");
        }
        return webSocket && bare ? URI.create("ws://" + url.getAuthority() + WEBSOCKET_PATH) : url;
    }
}
