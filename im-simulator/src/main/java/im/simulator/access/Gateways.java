package im.simulator.access;

import im.client.ImClient;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the clients of a run connect: to the addresses named, or to those that a dispatcher tells.
 *
 * @param urls {@code ws://} and {@code tcp://} addresses, or one {@code http(s)://} URL of a dispatcher
 */
public record Gateways(List<URI> urls) {

    public Gateways {
        urls = List.copyOf(urls);
        boolean dispatched = urls.stream().anyMatch(EndpointUrl::isDispatcher);
        if (urls.isEmpty() || (dispatched && urls.size() > 1)) {
            throw new IllegalArgumentException("not addresses of gateways, or one of a dispatcher");
        }
    }

    /** Whether every one of them can be spoken to in JSON, as far as is known. */
    public boolean speakJson() {
        return urls.stream().noneMatch(url -> url.getScheme().equals("tcp"));
    }

    /**
     * Sets them.
     *
     * @param turn which of several a client tries first, so that many clients spread over them
     */
    public ImClient.Builder applyTo(ImClient.Builder builder, int turn) {
        if (EndpointUrl.isDispatcher(urls.get(0))) {
            return builder.dispatcher(urls.get(0));
        }
        int first = Math.floorMod(turn, urls.size());
        List<URI> turned = new ArrayList<>(urls.subList(first, urls.size()));
        turned.addAll(urls.subList(0, first));
        return builder.endpoints(turned);
    }
}
