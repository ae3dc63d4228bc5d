package im.gateway.launch;

import im.gateway.admin.HealthCheck;
import im.gateway.config.ClusterConfig;
import im.gateway.config.NodeConfig;
import im.gateway.config.OfflineTopic;
import im.gateway.launch.ClusterSetup.KafkaQueue;
import im.relay.OfflineFeed;
import im.relay.Partitions;
import im.relay.apply.Ports;
import im.relay.apply.Relay;
import im.relay.apply.RelayConfig;
import im.relay.apply.ThreadLanes;
import im.relay.kafka.KafkaLog;
import im.relay.kafka.KafkaStartException;
import im.relay.redis.RedisConversationView;
import im.relay.redis.RedisGroupView;
import im.relay.redis.RedisIndexView;
import im.router.NodeId;
import im.router.NodeInfo;
import im.router.NodeInfo.Load;
import im.router.NodeInfo.Role;
import im.router.NodeRegistry;
import im.router.NodeRegistry.LeaseListener;
import im.router.Nodes;
import im.router.RouteDirectory;
import im.router.redis.Redis;
import im.router.redis.RedisGroupDirectory;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A relay, running in this process: log, views, routes, push bus, admin pages. {@link #start} and {@link #stop} block
 * their caller.
 */
final class RelayServer implements UntilStopped.Running {
    private static final String ADMIN = "admin";
    private static final int MAX_LANES = 4;

    private final NodeConfig config;
    private final OpenParts parts;
    private final NodeEndpoints endpoints;
    private final int adminPort;
    private volatile @Nullable String reason = "starting";

    private RelayServer(NodeConfig config, OpenParts parts) throws IOException, CannotStart {
        this.config = config;
        this.parts = parts;
        SeededFaults.judge(config.dev());
        DataFolder folder = parts.add("data folder", DataFolder.open(config.data()));
        NettySetup.unpackNativesInto(folder.natives());
        adminPort = new PortChoice(Endpoints.Ports.NONE, Ground.RANDOM)
                .choose(config.adminPort(), NodeEndpoints.lastPort(config.data(), ADMIN), config.adminHost());
        endpoints =
                new NodeEndpoints(Map.of(ADMIN, "http://" + Endpoints.reachable(config.adminHost()) + ":" + adminPort));
    }

    /** @throws CannotStart when anything it needs is missing or taken; then nothing is left open */
    static RelayServer start(NodeConfig config) throws CannotStart {
        return OpenParts.openAll(parts -> {
            RelayServer server = new RelayServer(config, parts);
            server.open();
            return server;
        });
    }

    private void open() throws IOException, CannotStart {
        ClusterConfig cluster = config.cluster();
        PrometheusMeterRegistry metrics =
                parts.add("metrics", new ProcessMetrics()).registry();
        KafkaLog kafka = parts.add(
                "kafka",
                ClusterSetup.kafka(cluster, config.retention(), config.dedupeWindow(), KafkaQueue.DEFAULT, metrics));
        Redis redis = parts.add("redis", ClusterSetup.redis(cluster, metrics));
        ClusterSetup.requireViewsOf(kafka, redis, cluster);
        ClusterNodes nodes = ClusterNodes.open(cluster, redis, parts);
        RouteDirectory routes = nodes.routes((uid, device, connection, attempt) -> {}, metrics, Ground.RANDOM);
        ThreadLanes lanes = parts.add("lanes", new ThreadLanes(lanes()));
        Relay relay = parts.add("relay", relay(kafka, redis, routes, nodes.registry()::nodes, lanes, metrics));
        AdminStart admin = parts.add(
                ADMIN, new AdminStart(config.adminHost(), adminPort, checks(relay, redis, nodes.registry()), metrics));
        NodeRegistries.join(nodes.registry(), cluster, this::info, new Unconcerned());
        relay.start();
        admin.await();
        endpoints.write(config.data());
        reason = null;
    }

    private Relay relay(
            KafkaLog kafka,
            Redis redis,
            RouteDirectory routes,
            Supplier<Nodes> nodes,
            ThreadLanes lanes,
            MeterRegistry metrics)
            throws CannotStart {
        Ports ports = new Ports(
                kafka.reader(),
                new RedisConversationView(redis, config.retention(), kafka.logId()),
                new RedisGroupView(redis),
                kafka.groupEvents(),
                new RedisIndexView(redis, config.retention()),
                routes::routesOf,
                new RedisGroupDirectory(redis, () -> null, nodes, config.heartbeat())::nodesOf,
                () -> nodes.get().of(Role.GATEWAY),
                kafka.pushSender(),
                offlineFeed(kafka));
        Partitions partitions = new Partitions(config.cluster().kafka().partitions());
        return new Relay(ports, partitions, relayConfig(), lanes, metrics);
    }

    private OfflineFeed offlineFeed(KafkaLog kafka) throws CannotStart {
        OfflineTopic wanted = config.cluster().kafka().offlineTopic();
        try {
            return wanted == OfflineTopic.OFF ? OfflineFeed.NONE : kafka.offlineFeed(wanted == OfflineTopic.ALL);
        } catch (KafkaStartException e) {
            throw new CannotStart("kafka: " + e.getMessage(), e);
        }
    }

    private RelayConfig relayConfig() {
        RelayConfig usual = RelayConfig.DEFAULT;
        return new RelayConfig(
                config.heartbeat(),
                config.dedupeWindow(),
                config.retention().time(),
                RedisConversationView.MAX_MESSAGES,
                usual.batchBytes(),
                callTimeout(usual.callTimeout()),
                usual.pushWait(),
                usual.backOffMin(),
                usual.backOffMax(),
                usual.clockSkew(),
                config.windowEntries());
    }

    /** Longer than what a call to Redis or Kafka may take by itself. */
    private Duration callTimeout(Duration least) {
        Duration redis = config.cluster().redis().timeout().multipliedBy(3);
        Duration kafka = config.cluster().kafka().timeout().multipliedBy(2);
        Duration longer = redis.compareTo(kafka) > 0 ? redis : kafka;
        return longer.compareTo(least) > 0 ? longer : least;
    }

    private static int lanes() {
        return Math.min(MAX_LANES, Math.max(1, Runtime.getRuntime().availableProcessors()));
    }

    private List<HealthCheck> checks(Relay relay, Redis redis, NodeRegistry registry) {
        return List.of(
                new HealthCheck("relay", () -> reason),
                new HealthCheck("partitions", relay::failure),
                new HealthCheck("redis", redis::failure),
                new HealthCheck("catching-up", relay::catchingUp, false),
                new HealthCheck("registry", registry::failure, false));
    }

    private NodeInfo info() {
        return new NodeInfo(Role.RELAY, config.node(), endpoints.urls(), Load.NONE, reason != null);
    }

    @Override
    public String line() {
        return endpoints.line();
    }

    /** Not ready; the running batches are committed, then the partitions are given away and everything is closed. */
    @Override
    public void stop() {
        reason = "stopping";
        parts.close();
    }

    /** A relay does nothing in its own name that a lapse could make wrong: who holds a partition is Kafka's to say. */
    private static final class Unconcerned implements LeaseListener {
        @Override
        public void lapsed(NodeId id) {
            // Said in the log by the registry; it comes back by itself.
        }

        @Override
        public void renewed(NodeId id) {
            // The others see it.
        }
    }
}
