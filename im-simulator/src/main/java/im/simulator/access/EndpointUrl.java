package im.simulator.access;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** What {@code --url} may be. */
public final class EndpointUrl {
    public static final String EXPECTED =
            "ws://host:port[/path] or tcp://host:port, or several with commas between, or http://host:port/v1/poll, or"
                    + " http(s)://host:port[/path] of a dispatcher";
    private static final String WEBSOCKET_PATH = "/v1/ws";
    /** Long polling at a gateway: all other http is a dispatcher. */
    private static final String POLL_PATH = "/v1/poll";

    private static final String DISPATCHER_PATH = "/v1/endpoint";

    private EndpointUrl() {}

    /**
     * Reads what was given; a URL without a path gets the usual one.
     *
     * @throws IllegalArgumentException if it is anything but {@link #EXPECTED}
     */
    public static Gateways parse(String text) {
        List<URI> urls = new ArrayList<>();
        for (String each : text.split(",", -1)) {
            urls.add(normalize(URI.create(each)));
        }
        return new Gateways(urls);
    }

    static boolean isDispatcher(URI url) {
        boolean http = url.getScheme().equals("http") || url.getScheme().equals("https");
        return http && !String.valueOf(url.getPath()).endsWith(POLL_PATH);
    }

    private static URI normalize(URI url) {
        String scheme = String.valueOf(url.getScheme());
        boolean dispatcher = scheme.equals("http") || scheme.equals("https");
        boolean webSocket = scheme.equals("ws");
        if ((!dispatcher && !webSocket && !scheme.equals("tcp"))
                || url.getHost() == null
                || (url.getPort() <= 0 && !dispatcher)) {
            throw new IllegalArgumentException("not " + EXPECTED);
        }
        boolean bare = url.getPath() == null
                || url.getPath().isEmpty()
                || url.getPath().equals("/");
        if (scheme.equals("tcp") && !bare) {
            throw new IllegalArgumentException("tcp has no path");
        }
        if (!bare || scheme.equals("tcp")) {
            return url;
        }
        String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
        String path = dispatcher ? DISPATCHER_PATH : WEBSOCKET_PATH;
        return URI.create(scheme + "://" + url.getRawAuthority() + path + query);
    }
}
