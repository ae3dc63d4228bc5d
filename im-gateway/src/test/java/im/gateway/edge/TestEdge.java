package im.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.gateway.connection.Loop;
import im.gateway.proxy.AddressRange;
import im.protocol.CloseReason;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.util.ResourceLeakDetector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A listening edge on ports of its own. Closing it fails if a connection or a buffer was left behind. */
final class TestEdge implements AutoCloseable {
    /** Nobody's socket ends because a test, or the machine, stands still for a while. */
    private static final Duration HEARTBEAT = Duration.ofSeconds(20);
    /** The wheels of the loops turn in a quarter of it, and some tests wait for a turn. */
    private static final Duration LOOP_HEARTBEAT = Duration.ofSeconds(2);

    private static final Duration HANDSHAKE = Duration.ofSeconds(20);
    private static final Duration FAREWELL = Duration.ofSeconds(10);
    static final PollBounds POLLS = new PollBounds(Duration.ofMillis(600), 1_000, 1_000);
    private static final Queue<String> LEAKS = new ConcurrentLinkedQueue<>();

    static {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        ByteBufUtil.setLeakListener((type, records) -> LEAKS.add(records));
    }

    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final EchoSessions sessions;
    final EventLoops loops;
    final EdgeServer server;

    private TestEdge(
            Transport transport,
            Duration handshakeTimeout,
            Duration farewell,
            EchoSessions sessions,
            List<AddressRange> proxies,
            @Nullable PollBounds polls) {
        this.sessions = sessions;
        this.loops = EventLoops.open(transport, 2, LOOP_HEARTBEAT, 64 << 20);
        try {
            server = EdgeServer.start(
                    config(handshakeTimeout, farewell, proxies, polls),
                    loops,
                    Map.of("/echo", TestEdge::echo),
                    sessions,
                    meters);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static EdgeConfig config(
            Duration handshakeTimeout, Duration farewell, List<AddressRange> proxies, @Nullable PollBounds polls) {
        return new EdgeConfig(
                "127.0.0.1",
                0,
                0,
                Set.of("https://chat.example.org"),
                handshakeTimeout,
                farewell,
                HEARTBEAT,
                1024,
                proxies,
                polls,
                0,
                new AdaptiveByteBufAllocator(true));
    }

    private static HttpPage.Answer echo(HttpPage.Request request) {
        if (request.query() != null) {
            throw new IllegalStateException("asked to fail");
        }
        return new HttpPage.Answer(200, "application/octet-stream", request.body());
    }

    static TestEdge start(Transport transport) {
        return start(transport, HANDSHAKE, new EchoSessions());
    }

    static TestEdge start(Transport transport, Duration handshakeTimeout, EchoSessions sessions) {
        return new TestEdge(transport, handshakeTimeout, FAREWELL, sessions, List.of(), POLLS);
    }

    /** One that cuts off who does not take, or answer, its last words within that time. */
    static TestEdge parting(Transport transport, Duration farewell, EchoSessions sessions) {
        return new TestEdge(transport, HANDSHAKE, farewell, sessions, List.of(), POLLS);
    }

    static TestEdge polled(
            Transport transport, Duration handshakeTimeout, EchoSessions sessions, @Nullable PollBounds polls) {
        return new TestEdge(transport, handshakeTimeout, FAREWELL, sessions, List.of(), polls);
    }

    /** One that stands behind balancers with these addresses. */
    static TestEdge behind(Transport transport, String... proxies) {
        List<AddressRange> ranges = Stream.of(proxies).map(AddressRange::parse).toList();
        return new TestEdge(transport, HANDSHAKE, FAREWELL, new EchoSessions(), ranges, POLLS);
    }

    /** Epoll and NIO, or NIO alone. */
    static Stream<Transport> transports() {
        return Stream.of(Transport.NIO, Transport.best()).distinct();
    }

    /** A TCP connection, or a WebSocket that is upgraded; no Hello yet. */
    Peer connect(boolean webSocket) {
        return webSocket ? Peer.webSocket(server.http()) : Peer.tcp(server.tcp());
    }

    /** {@link #connect}, Hello and Welcome. */
    Peer greeted(boolean webSocket) {
        Peer peer = connect(webSocket);
        peer.send(Peer.HELLO);
        assertThat(peer.read().hasWelcome()).isTrue();
        return peer;
    }

    Poller poller() {
        return new Poller(server.http());
    }

    long connections() {
        return loops.loops().stream().mapToLong(Loop::connections).sum();
    }

    double closes(CloseReason reason) {
        return meters.get("im_gateway_closes_total")
                .tag("reason", reason.label())
                .counter()
                .count();
    }

    double handshakes(EdgeMeters.Handshake outcome) {
        String tag = outcome.name().toLowerCase(java.util.Locale.ROOT);
        return meters.get("im_gateway_handshakes_total")
                .tag("outcome", tag)
                .counter()
                .count();
    }

    @Override
    public void close() {
        server.close();
        loops.close();
        assertThat(connections()).isZero();
        await().untilAsserted(() -> assertThat(sessions.closed).hasSameSizeAs(sessions.opened));
        assertNoLeaks();
    }

    /** The detector tells of a lost buffer when it has been collected and another one is allocated. */
    private static void assertNoLeaks() {
        for (int i = 0; i < 3; i++) {
            System.gc();
            new AdaptiveByteBufAllocator(true).buffer(16).release();
        }
        assertThat(LEAKS).isEmpty();
    }
}
