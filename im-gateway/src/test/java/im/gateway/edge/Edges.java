package im.gateway.edge;

import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** One edge for each transport, shared by the tests of a class. */
final class Edges implements AutoCloseable {
    private final Map<Transport, TestEdge> edges;

    Edges() {
        this(Duration.ofSeconds(20), EchoSessions::new);
    }

    Edges(Duration handshakeTimeout, Supplier<EchoSessions> sessions) {
        edges = TestEdge.transports()
                .collect(java.util.stream.Collectors.toMap(
                        t -> t, t -> TestEdge.start(t, handshakeTimeout, sessions.get())));
    }

    TestEdge on(Transport transport) {
        TestEdge edge = edges.get(transport);
        if (edge == null) {
            throw new IllegalArgumentException(transport.name());
        }
        return edge;
    }

    @Override
    public void close() {
        edges.values().forEach(TestEdge::close);
    }

    /** (transport, whether WebSocket) */
    static Stream<Arguments> kinds() {
        return TestEdge.transports().flatMap(t -> Stream.of(Arguments.of(t, false), Arguments.of(t, true)));
    }
}
