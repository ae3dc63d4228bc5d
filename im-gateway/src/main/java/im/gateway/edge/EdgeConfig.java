package im.gateway.edge;

import im.gateway.proxy.AddressRange;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The public listeners.
 *
 * @param host address or name that both bind
 * @param httpPort HTTP and WebSocket; 0 for any free one
 * @param tcpPort likewise
 * @param allowedOrigins web origins that may open a WebSocket besides the server's own, such as
 *     {@code https://chat.example.org}; {@code *} for any
 * @param handshakeTimeout from accept to a complete Hello, in total
 * @param farewellTimeout from our close until a peer that does not answer it is cut off
 * @param heartbeat of the sessions; a peer may send {@link WebSocketConnection#CONTROL_FRAMES} control frames in it
 * @param backlog connections that the kernel may hold before they are accepted
 * @param proxies balancers, whose connections begin with a PROXY header; nobody else's may
 * @param polls null where nobody may poll
 * @param otherSockets that this process may open beside those of clients, the store and the admin page
 * @param allocator of all buffers of the connections
 */
public record EdgeConfig(
        String host,
        int httpPort,
        int tcpPort,
        Set<String> allowedOrigins,
        Duration handshakeTimeout,
        Duration farewellTimeout,
        Duration heartbeat,
        int backlog,
        List<AddressRange> proxies,
        @Nullable PollBounds polls,
        int otherSockets,
        ByteBufAllocator allocator) {
    private static final Duration FAREWELL_TIMEOUT = Duration.ofSeconds(5);

    public EdgeConfig {
        proxies = List.copyOf(proxies);
        requirePositive("farewellTimeout", farewellTimeout.toMillis());
        requirePositive("handshakeTimeout", handshakeTimeout.toMillis());
        requirePositive("heartbeat", heartbeat.toMillis());
        requirePositive("backlog", backlog);
        allowedOrigins =
                allowedOrigins.stream().map(o -> o.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }

    /** With a farewell of 5 s. */
    public EdgeConfig(
            String host,
            int httpPort,
            int tcpPort,
            Set<String> allowedOrigins,
            Duration handshakeTimeout,
            Duration heartbeat,
            int backlog,
            List<AddressRange> proxies,
            @Nullable PollBounds polls,
            int otherSockets,
            ByteBufAllocator allocator) {
        this(
                host,
                httpPort,
                tcpPort,
                allowedOrigins,
                handshakeTimeout,
                FAREWELL_TIMEOUT,
                heartbeat,
                backlog,
                proxies,
                polls,
                otherSockets,
                allocator);
    }

    private static void requirePositive(String key, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(key + ": " + value + ", expected more than 0");
        }
    }

    /**
     * Whether a page of that origin may connect.
     *
     * @param host the request's Host: a page that this server itself has sent comes from there
     */
    boolean allowsOrigin(String origin, String host) {
        String asked = origin.toLowerCase(Locale.ROOT);
        String own = host.toLowerCase(Locale.ROOT);
        return allowedOrigins.contains("*")
                || allowedOrigins.contains(asked)
                || asked.equals("http://" + own)
                || asked.equals("https://" + own);
    }
}
