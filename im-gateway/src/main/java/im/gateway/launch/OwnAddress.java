package im.gateway.launch;

import im.gateway.edge.HttpPage.Request;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Whether a request comes from this machine and was meant for this server. Three things are asked of it: that its peer
 * is a loopback address; that its Host is one of the server's own names, or a page elsewhere could reach it through a
 * name that it makes point here; that its Origin, if a browser sends one along, is that same server.
 */
final class OwnAddress {
    private final Set<String> hosts;

    /**
     * @param host on which the server listens
     * @param port on which the server's HTTP listens
     */
    OwnAddress(String host, int port) {
        this.hosts = Stream.of("127.0.0.1", "localhost", "[::1]", host.toLowerCase(Locale.ROOT))
                .flatMap(name -> port == 80 ? Stream.of(name, name + ":80") : Stream.of(name + ":" + port))
                .collect(Collectors.toUnmodifiableSet());
    }

    boolean isMeantBy(Request request) {
        String host = request.host().toLowerCase(Locale.ROOT);
        @Nullable String origin = request.origin();
        return request.peer().isLoopbackAddress()
                && hosts.contains(host)
                && (origin == null || origin.toLowerCase(Locale.ROOT).equals("http://" + host));
    }
}
