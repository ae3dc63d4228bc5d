package im.gateway.config;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * What a process of a cluster shares with the others.
 *
 * @param advertisedWs where clients reach this gateway; when absent, what it listens on
 * @param advertisedTcp likewise
 * @param startupTimeout how long a start waits for each thing that does not answer
 * @param nodes what holds the nodes' leases
 * @param routes what holds the routes
 * @param lease how long a node counts as alive that does not renew
 */
public record ClusterConfig(
        Optional<URI> advertisedWs,
        Optional<URI> advertisedTcp,
        Duration startupTimeout,
        RegistryKind nodes,
        RegistryKind routes,
        Duration lease,
        KafkaSettings kafka,
        RedisSettings redis,
        EtcdSettings etcd,
        RouterSettings router) {

    public ClusterConfig {
        ClusterKeys.ADVERTISE_WS.require(advertisedWs);
        ClusterKeys.ADVERTISE_TCP.require(advertisedTcp);
        ClusterKeys.STARTUP_TIMEOUT.require(startupTimeout);
        ClusterKeys.REGISTRY_LEASE.require(lease);
    }

    /** Which server keeps what the processes know of one another. */
    public enum RegistryKind {
        ETCD,
        REDIS
    }
}
