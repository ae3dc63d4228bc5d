package im.client.internal.dispatch;

import im.client.internal.transport.Endpoint;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came of asking.
 *
 * @param endpoints the best first; empty when none was told
 * @param retryAfterMillis not before that, if it said so; else 0
 * @param trouble why there are none; empty when there are
 */
record DispatcherAnswer(List<Endpoint> endpoints, long retryAfterMillis, String trouble) {

    static DispatcherAnswer trouble(String why, long retryAfterMillis) {
        return new DispatcherAnswer(List.of(), retryAfterMillis, why);
    }

    /** Of {@code {"endpoints":[{"ws":URL,"tcp":URL}, …]}}: of each node the WebSocket, or else TCP. */
    static DispatcherAnswer of(String body) {
        try {
            List<Endpoint> endpoints = new ArrayList<>();
            if (JsonText.parse(body) instanceof Map<?, ?> page && page.get("endpoints") instanceof List<?> nodes) {
                nodes.forEach(node -> addTo(endpoints, node));
            }
            return endpoints.isEmpty()
                    ? trouble("the dispatcher names no endpoint", 0)
                    : new DispatcherAnswer(List.copyOf(endpoints), 0, "");
        } catch (IllegalArgumentException e) {
            return trouble("the dispatcher's answer: " + e.getMessage(), 0);
        }
    }

    private static void addTo(List<Endpoint> endpoints, @Nullable Object node) {
        if (node instanceof Map<?, ?> urls) {
            Object url = urls.get("ws") instanceof String ws ? ws : urls.get("tcp");
            Endpoint endpoint = url instanceof String text ? EndpointChoice.readable(text) : null;
            if (endpoint != null && !endpoints.contains(endpoint)) {
                endpoints.add(endpoint);
            }
        }
    }

    /** Whether that can be asked. */
    static void require(URI dispatcher) {
        String scheme = String.valueOf(dispatcher.getScheme());
        if (dispatcher.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
            throw new IllegalArgumentException(
                    "dispatcher: " + dispatcher + ", expected http://host[:port]/v1/endpoint, or https");
        }
    }
}
