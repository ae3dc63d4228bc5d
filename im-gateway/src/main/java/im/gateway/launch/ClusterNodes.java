package im.gateway.launch;

import im.gateway.config.ClusterConfig;
import im.gateway.config.ClusterConfig.RegistryKind;
import im.router.GroupDirectory;
import im.router.NodeRegistry;
import im.router.RouteDirectory;
import im.router.RouteDirectory.DisplacedListener;
import im.router.etcd.EtcdConnection;
import im.router.etcd.EtcdNodeRegistry;
import im.router.etcd.EtcdRouteDirectory;
import im.router.redis.Redis;
import im.router.redis.RedisGroupDirectory;
import im.router.redis.RedisRouteDirectory;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Who the nodes are, and who is connected where, each in etcd or in Redis as the configuration says. */
final class ClusterNodes {
    private final ClusterConfig cluster;
    private final Redis redis;
    private final @Nullable EtcdConnection etcd;
    private final NodeRegistry registry;

    private ClusterNodes(ClusterConfig cluster, Redis redis, @Nullable EtcdConnection etcd, NodeRegistry registry) {
        this.cluster = cluster;
        this.redis = redis;
        this.etcd = etcd;
        this.registry = registry;
    }

    /** @throws CannotStart when etcd cannot be reached, or routes are to be where the nodes are not */
    static ClusterNodes open(ClusterConfig cluster, Redis redis, OpenParts parts) throws CannotStart {
        if (cluster.nodes() == RegistryKind.ETCD) {
            EtcdConnection etcd = parts.add("etcd", NodeRegistries.etcd(cluster));
            return new ClusterNodes(cluster, redis, etcd, NodeRegistries.inEtcd(cluster, etcd, parts));
        }
        if (cluster.routes() == RegistryKind.ETCD) {
            throw new CannotStart("registry.routes is \"etcd\" while registry.nodes is \"redis\": expected redis,"
                    + " since routes in etcd end with a lease there");
        }
        return new ClusterNodes(cluster, redis, null, NodeRegistries.inRedis(cluster, redis, parts));
    }

    NodeRegistry registry() {
        return registry;
    }

    RouteDirectory routes(DisplacedListener displaced, MeterRegistry metrics, RandomGenerator random) {
        return cluster.routes() == RegistryKind.ETCD && etcd != null && registry instanceof EtcdNodeRegistry nodes
                ? new EtcdRouteDirectory(etcd, nodes, displaced)
                : new RedisRouteDirectory(
                        redis, registry::self, registry::nodes, displaced, metrics, random, System::nanoTime);
    }

    /** @param heartbeat how often interest in groups is said again */
    GroupDirectory groups(Duration heartbeat) {
        return new RedisGroupDirectory(redis, registry::self, registry::nodes, heartbeat);
    }
}
