package im.gateway.launch;

import im.gateway.config.ClusterConfig;
import im.gateway.config.ClusterConfig.RegistryKind;
import im.gateway.config.EtcdSettings;
import im.gateway.config.Secret;
import im.router.NodeId;
import im.router.NodeInfo;
import im.router.NodeRegistry;
import im.router.NodeRegistry.LeaseListener;
import im.router.etcd.EtcdConfig;
import im.router.etcd.EtcdConnection;
import im.router.etcd.EtcdNodeRegistry;
import im.router.etcd.RegistryTerms;
import im.router.redis.Redis;
import im.router.redis.RedisNodeRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Supplier;

/** Opens what holds the nodes' leases, as the configuration names it. Blocks, at start. */
final class NodeRegistries {
    private static final int CALLS_IN_FLIGHT = 1_024;

    private NodeRegistries() {}

    /**
     * For a process that has no other use for etcd or Redis.
     *
     * @throws CannotStart saying in one line what is wrong
     */
    static NodeRegistry open(ClusterConfig cluster, OpenParts parts, MeterRegistry metrics) throws CannotStart {
        if (cluster.nodes() == RegistryKind.REDIS) {
            return inRedis(cluster, parts.add("redis", ClusterSetup.redis(cluster, metrics)), parts);
        }
        return inEtcd(cluster, parts.add("etcd", etcd(cluster)), parts);
    }

    static EtcdNodeRegistry inEtcd(ClusterConfig cluster, EtcdConnection etcd, OpenParts parts) {
        return parts.add("node registry", EtcdNodeRegistry.start(etcd, terms(cluster)));
    }

    static NodeRegistry inRedis(ClusterConfig cluster, Redis redis, OpenParts parts) {
        im.router.redis.RegistryTerms terms = im.router.redis.RegistryTerms.of(
                cluster.lease(), cluster.kafka().pushPartitions());
        return parts.add("node registry", RedisNodeRegistry.start(redis, terms));
    }

    /** The connection that {@link EtcdNodeRegistry} needs with these leases. */
    static EtcdConnection etcd(ClusterConfig cluster) throws CannotStart {
        EtcdSettings etcd = cluster.etcd();
        Duration third = terms(cluster).lease().dividedBy(3);
        try {
            return EtcdConnection.open(new EtcdConfig(
                    etcd.endpoints(),
                    etcd.tlsFiles(),
                    etcd.username().orElse(null),
                    etcd.password().map(Secret::text).orElse(null),
                    etcd.prefix(),
                    cluster.startupTimeout(),
                    etcd.timeout().compareTo(third) < 0 ? etcd.timeout() : third,
                    CALLS_IN_FLIGHT));
        } catch (IllegalArgumentException e) {
            throw new CannotStart("etcd." + e.getMessage(), e);
        } catch (IOException e) {
            throw new CannotStart(String.valueOf(e.getMessage()), e);
        }
    }

    /** Leases of whole seconds, as etcd counts them; as many gateways as the push bus has partitions. */
    static RegistryTerms terms(ClusterConfig cluster) {
        Duration lease = Duration.ofSeconds(cluster.lease().plusMillis(999).toSeconds());
        return RegistryTerms.of(lease, cluster.kafka().pushPartitions());
    }

    /** Joins and waits for it, also for two leases, within which a dead node's name is free again. */
    static NodeId join(NodeRegistry registry, ClusterConfig cluster, Supplier<NodeInfo> info, LeaseListener listener)
            throws CannotStart {
        Duration patience = cluster.lease().multipliedBy(2).plus(cluster.startupTimeout());
        return ClusterSetup.await(registry.join(info, listener), patience, "this node cannot join", registry::failure);
    }
}
