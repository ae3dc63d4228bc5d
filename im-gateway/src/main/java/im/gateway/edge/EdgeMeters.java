package im.gateway.edge;

import im.gateway.connection.Loop;
import im.protocol.CloseReason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** What the edge counts. Any thread. */
final class EdgeMeters {

    /** How a handshake ended: what became of an accepted socket before there was a session. */
    enum Handshake {
        /** With a Hello, which was given to a session. */
        HELLO,
        /** With an HTTP page of the table. */
        PAGE,
        /** With a poll; what it and those behind it were answered is counted apart. */
        POLL,
        /** With an HTTP status of refusal. */
        HTTP_REFUSED,
        /** With a close code. */
        REFUSED,
        TIMEOUT,
        /** The peer went away. */
        GONE
    }

    /** What became of a balancer's header. */
    enum Proxied {
        /** It names a client. */
        TAKEN,
        /** The balancer speaks for itself, or does not know the client. */
        LOCAL,
        /** A listed peer sent something else. */
        MISSING,
        MALFORMED,
        /** A listed peer sent too little in time. */
        TIMEOUT,
        /** From a peer that may send none. */
        UNLISTED
    }

    private final Map<Proxied, Counter> proxied = new EnumMap<>(Proxied.class);
    private final Map<CloseReason, Counter> closes = new EnumMap<>(CloseReason.class);
    private final Map<Handshake, Counter> handshakes = new EnumMap<>(Handshake.class);
    private final Counter acceptFailures;
    private final Counter socketsRefused;

    EdgeMeters(MeterRegistry registry, List<Loop> loops, SocketRoom room) {
        for (CloseReason reason : CloseReason.values()) {
            closes.put(
                    reason,
                    Counter.builder("im_gateway_closes_total")
                            .description("Connections that ended, by reason, before or after their Hello")
                            .tag("reason", reason.label())
                            .register(registry));
        }
        for (Handshake outcome : Handshake.values()) {
            handshakes.put(
                    outcome,
                    Counter.builder("im_gateway_handshakes_total")
                            .description("Accepted sockets, by how their handshake ended")
                            .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
        for (Proxied outcome : Proxied.values()) {
            proxied.put(
                    outcome,
                    Counter.builder("im_gateway_proxy_headers_total")
                            .description("PROXY headers, by what became of them; all but taken and local are refused")
                            .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
        acceptFailures = Counter.builder("im_gateway_accept_failures_total")
                .description("Times that accepting failed and paused, for want of file descriptors for instance")
                .register(registry);
        socketsRefused = Counter.builder("im_gateway_sockets_refused_total")
                .description("Sockets closed at once because as many as the process can hold were open")
                .register(registry);
        Gauge.builder("im_gateway_sockets", room, SocketRoom::open)
                .description("Sockets of clients that are open, with or without a Hello")
                .strongReference(true)
                .register(registry);
        Gauge.builder("im_gateway_sockets_max", room, SocketRoom::most)
                .description("Sockets of clients that may be open at once")
                .strongReference(true)
                .register(registry);
        Gauge.builder("im_gateway_connections", loops, EdgeMeters::connections)
                .description("Connections whose Hello has come in")
                .register(registry);
    }

    private static double connections(List<Loop> loops) {
        return loops.stream().mapToLong(Loop::connections).sum();
    }

    void closed(CloseReason reason) {
        Objects.requireNonNull(closes.get(reason)).increment();
    }

    void handshake(Handshake outcome) {
        Objects.requireNonNull(handshakes.get(outcome)).increment();
    }

    void proxied(Proxied outcome) {
        Objects.requireNonNull(proxied.get(outcome)).increment();
    }

    void socketRefused() {
        socketsRefused.increment();
    }

    void acceptFailed() {
        acceptFailures.increment();
    }
}
