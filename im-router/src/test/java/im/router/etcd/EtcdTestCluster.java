package im.router.etcd;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;
import java.util.function.LongSupplier;

/** Processes of one cluster that no other test has, each with a connection of its own; closed in reverse. */
final class EtcdTestCluster implements AutoCloseable {
    static final Duration LEASE = Duration.ofSeconds(6);

    private final URI address;
    private final String prefix = "/it/" + UUID.randomUUID() + "/";
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    EtcdTestCluster(Object address) {
        this.address = URI.create("http://" + address);
    }

    EtcdConfig config() {
        return EtcdConfig.of(address).withPrefix(prefix).withCallTimeout(Duration.ofSeconds(2));
    }

    EtcdConnection connect() {
        try {
            EtcdConnection connection = EtcdConnection.open(config());
            open.push(connection);
            return connection;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    EtcdNodeRegistry registry(EtcdConnection connection, int slots, LongSupplier nanos) {
        return registry(connection, slots, nanos, LEASE);
    }

    EtcdNodeRegistry registry(EtcdConnection connection, int slots, LongSupplier nanos, Duration lease) {
        EtcdNodeRegistry registry =
                EtcdNodeRegistry.start(connection, new RegistryTerms(lease, slots, Clock.systemUTC(), nanos));
        open.push(registry);
        return registry;
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
