package im.router.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import im.router.NodeId;
import im.router.NodeInfo;
import im.router.NodeRegistry;
import im.router.NodeRegistryContract;
import im.servers.Servers;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("im.servers.Requirement#etcd")
class EtcdNodeRegistryIT extends NodeRegistryContract {
    private final EtcdTestCluster cluster = new EtcdTestCluster(Servers.etcd(), LEASE);
    private final Map<NodeRegistry, EtcdConnection> connectionOf = new HashMap<>();

    @Override
    protected NodeRegistry open(LongSupplier nanos, Duration lease) {
        EtcdConnection etcd = cluster.connect();
        NodeRegistry registry = cluster.registry(etcd, SLOTS, nanos, lease);
        connectionOf.put(registry, etcd);
        return registry;
    }

    /** A name without a lease is somebody's for good. */
    @Override
    protected Runnable giveName(NodeId id, NodeInfo info) {
        EtcdConnection etcd = cluster.operator();
        ByteSequence name = etcd.keys().name(info.role(), info.name());
        etcd.await(client -> client.getKVClient().put(name, EtcdKeys.bytes("another")));
        endLease(id);
        return () -> etcd.await(client -> client.getKVClient().delete(name));
    }

    @Override
    protected void silence(NodeRegistry registry) {
        Objects.requireNonNull(connectionOf.get(registry)).close();
    }

    @Override
    protected void endLease(NodeId id) {
        EtcdConnection etcd = cluster.operator();
        List<KeyValue> found = etcd.await(
                        client -> client.getKVClient().get(etcd.keys().node(id.slot())))
                .getKvs();
        assertThat(found).hasSize(1);
        etcd.await(client -> client.getLeaseClient().revoke(found.get(0).getLease()));
    }

    @AfterEach
    void close() {
        cluster.close();
    }
}
