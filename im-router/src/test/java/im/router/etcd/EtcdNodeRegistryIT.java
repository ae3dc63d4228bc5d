package im.router.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import im.router.NodeId;
import im.router.NodeRegistry;
import im.router.NodeRegistryContract;
import im.servers.Servers;
import io.etcd.jetcd.KeyValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("im.servers.Requirement#etcd")
class EtcdNodeRegistryIT extends NodeRegistryContract {
    private final String prefix = "/it/" + UUID.randomUUID() + "/";
    private final List<EtcdConnection> connections = new ArrayList<>();

    @Override
    protected NodeRegistry open(LongSupplier nanos) {
        return EtcdNodeRegistry.start(connect(), new RegistryTerms(LEASE, SLOTS, Clock.systemUTC(), nanos));
    }

    private EtcdConnection connect() {
        try {
            EtcdConnection connection = EtcdConnection.open(EtcdConfig.of(URI.create("http://" + Servers.etcd()))
                    .withPrefix(prefix)
                    .withCallTimeout(Duration.ofSeconds(2)));
            connections.add(connection);
            return connection;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    protected void endLease(NodeId id) {
        EtcdConnection etcd = connect();
        List<KeyValue> found = etcd.await(
                        client -> client.getKVClient().get(etcd.keys().node(id.slot())))
                .getKvs();
        assertThat(found).hasSize(1);
        etcd.await(client -> client.getLeaseClient().revoke(found.get(0).getLease()));
    }

    /** Before the contract closes the registries itself, which do not mind. */
    @AfterEach
    void closeConnections() {
        closeAllRegistries();
        connections.forEach(EtcdConnection::close);
    }
}
