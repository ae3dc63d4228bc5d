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
    /** Which no test waits out, and no stall of the machine either. */
    static final Duration LEASE = Duration.ofSeconds(30);

    private static final Duration START = Duration.ofMinutes(5);
    private static final Duration OPERATORS_PATIENCE = Duration.ofSeconds(30);

    private final URI address;
    private final Duration lease;
    private final String prefix = "/it/" + UUID.randomUUID() + "/";
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    EtcdTestCluster(Object address) {
        this(address, LEASE);
    }

    /** @param lease of its nodes, whose calls take a third of it at most */
    EtcdTestCluster(Object address, Duration lease) {
        this.address = URI.create("http://" + address);
        this.lease = lease;
    }

    EtcdConfig config() {
        return EtcdConfig.of(address).withPrefix(prefix).withStartTimeout(START).withCallTimeout(lease.dividedBy(3));
    }

    EtcdConnection connect() {
        return connect(config());
    }

    /** For what a test itself asks, once: no node's. */
    EtcdConnection operator() {
        return connect(config().withCallTimeout(OPERATORS_PATIENCE));
    }

    private EtcdConnection connect(EtcdConfig config) {
        try {
            EtcdConnection connection = EtcdConnection.open(config);
            open.push(connection);
            return connection;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    EtcdNodeRegistry registry(EtcdConnection connection, int slots, LongSupplier nanos) {
        return registry(connection, slots, nanos, lease);
    }

    EtcdNodeRegistry registry(EtcdConnection connection, int slots, LongSupplier nanos, Duration itsLease) {
        EtcdNodeRegistry registry =
                EtcdNodeRegistry.start(connection, new RegistryTerms(itsLease, slots, Clock.systemUTC(), nanos));
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
