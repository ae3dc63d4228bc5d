package im.gateway.launch;

import im.gateway.cluster.ClusterMeters;
import im.gateway.cluster.ClusterPushBus;
import im.gateway.cluster.FencedLog;
import im.gateway.cluster.GroupInterest;
import im.gateway.cluster.GroupSources;
import im.gateway.cluster.JudgedLog;
import im.gateway.cluster.NodeLife;
import im.gateway.cluster.PushIntake;
import im.gateway.cluster.ReceiptPushes;
import im.gateway.cluster.RememberingLog;
import im.gateway.config.ClusterConfig;
import im.gateway.config.ServerConfig;
import im.gateway.launch.ClusterSetup.KafkaQueue;
import im.gateway.launch.Ground.Forms;
import im.gateway.session.LoopPushBus;
import im.gateway.session.PushLoss;
import im.gateway.session.Sessions;
import im.protocol.v1.PushedBroadcast;
import im.relay.MessageLog;
import im.relay.Partitions;
import im.relay.PushBus;
import im.relay.PushReceiver;
import im.relay.kafka.KafkaLog;
import im.relay.redis.RedisConversationStore;
import im.relay.redis.RedisCursorStore;
import im.relay.redis.RedisGroupStore;
import im.relay.redis.RedisGroupView;
import im.router.NodeInfo;
import im.router.NodeInfo.Role;
import im.router.NodeRegistry;
import im.router.RouteDirectory;
import im.router.redis.Redis;
import im.router.redis.RedisPresence;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A gateway of a cluster: the log on Kafka, the store in Redis, routes and nodes in Redis or etcd, pushes over the bus.
 * It joins the nodes and listens to the bus before it listens to clients, and leaves them when its clients are gone.
 */
final class ClusterGateway {
    private final ServerConfig config;
    private final ClusterConfig cluster;
    private final OpenParts parts;
    private final ClusterChecks checks = new ClusterChecks();
    private final Lifecycle lifecycle = new Lifecycle(checks.checks());
    private final Ground ground;
    private final ClusterMeters meters;
    private final ScheduledExecutorService timer;
    /** Until it is there nobody is connected whom anything could be told. */
    private final AtomicReference<@Nullable Sessions> sessions = new AtomicReference<>();

    private final AtomicReference<@Nullable NodeLife> nodeLife = new AtomicReference<>();

    private ClusterGateway(ServerConfig config, OpenParts parts) throws IOException, CannotStart {
        this.config = config;
        this.cluster = config.cluster();
        this.parts = parts;
        this.ground = Ground.open(config, parts, lifecycle);
        this.meters = new ClusterMeters(ground.metrics());
        this.timer = timer();
        parts.add("timer", timer::shutdownNow);
    }

    /**
     * Blocks its caller.
     *
     * @throws CannotStart when anything it needs is missing or taken; then nothing is left open
     */
    static RunningGateway start(ServerConfig config) throws CannotStart {
        return OpenParts.openAll(parts -> new ClusterGateway(config, parts).open());
    }

    private static ScheduledExecutorService timer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "im-cluster-timer");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }

    private RunningGateway open() throws IOException, CannotStart {
        KafkaLog kafka = parts.add(
                "kafka",
                ClusterSetup.kafka(
                        cluster,
                        config.messageLog().retention(),
                        config.messageLog().dedupeWindow(),
                        KafkaQueue.of(config.messageLog()),
                        ground.metrics()));
        Redis redis = parts.add("redis", ClusterSetup.redis(cluster, ground.metrics()));
        ClusterSetup.requireViewsOf(kafka, redis, cluster);
        checks.opened(redis);
        ClusterNodes nodes = ClusterNodes.open(cluster, redis, parts);
        NodeRegistry registry = nodes.registry();
        checks.opened(registry);
        BooleanSupplier holdsLease = () -> registry.self() != null;
        RouteDirectory routes = nodes.routes(
                (uid, device, connection, attempt) -> displaced(connection), ground.metrics(), Ground.RANDOM);
        LoopPushBus loops = new LoopPushBus(ground.loops().loops(), ground.sessionMetrics());
        PushBus here = PushLoss.around(loops);
        ClusterPushBus bus = new ClusterPushBus(here, kafka.pushSender(), holdsLease, timer, meters);
        RememberingLog remembering =
                new RememberingLog(kafka.messages(), config.messageLog().dedupeWindow(), System::nanoTime, meters);
        MessageLog fenced = new FencedLog(remembering, holdsLease, meters);
        Partitions partitions = new Partitions(cluster.kafka().partitions());
        RedisGroupStore groups = new RedisGroupStore(redis, partitions);
        JudgedLog log = JudgedLog.over(
                fenced,
                remembering::accepted,
                new GroupSources(RedisGroupView.whole(redis), groups, partitions, kafka.ends()::of),
                config.messageLog().groups(),
                timer,
                meters);
        checks.opened(log);
        GroupInterest interest = new GroupInterest(nodes.groups(config.session().heartbeat()), meters);
        Neighbours others = new Neighbours(registry, bus::broadcast);
        RedisPresence presence = new RedisPresence(
                redis,
                routes,
                registry::self,
                registry::nodes,
                bus::presence,
                config.session().presenceGrace(),
                config.session().heartbeat());
        ReceiptPushes receipts = new ReceiptPushes(routes, bus, timer, meters);
        Forms forms = new Forms(
                log,
                new RedisConversationStore(redis, partitions),
                new RedisCursorStore(redis, partitions, Ground.CLOCK, receipts::raised, ground.metrics()),
                routes,
                presence,
                bus,
                groups,
                interest);
        PushReceiver receiver =
                kafka.pushReceiver(new PushIntake(holdsLease, here, new Heard(presence, log, others), meters));
        checks.opened(receiver);
        NodeLife life = new NodeLife(routes, interest, receiver::follow, this::resync, timer, meters);
        nodeLife.set(life);
        checks.opened(life);
        follow(receiver, registry, life);
        Sessions opened = ground.sessions(forms);
        sessions.set(opened);
        loops.serve(opened);
        RunningGateway running = ground.serve(opened, others, registry::announce);
        life.begin(config.session().heartbeat());
        return running;
    }

    /** Before any route names this node, what is pushed to it is heard. */
    private void follow(PushReceiver receiver, NodeRegistry registry, NodeLife life) throws CannotStart {
        NodeLoad load = new NodeLoad(ground.loops().loops(), lifecycle::troubles);
        Map<String, String> endpoints = endpoints();
        var id = NodeRegistries.join(
                registry,
                cluster,
                () -> new NodeInfo(Role.GATEWAY, config.node(), endpoints, load.now(), lifecycle.isDraining()),
                life);
        try {
            ClusterSetup.await(life.joined(id), cluster.startupTimeout(), "push bus", receiver::failure);
        } catch (CancellationException e) {
            throw new CannotStart("the lease lapsed before the push bus could be read", e);
        }
    }

    private Map<String, String> endpoints() {
        Endpoints own = ground.endpoints();
        return Map.of(
                "ws", cluster.advertisedWs().map(URI::toString).orElse(own.ws()),
                "tcp", cluster.advertisedTcp().map(URI::toString).orElse(own.tcp()));
    }

    private void displaced(long connection) {
        Sessions opened = sessions.get();
        if (opened != null) {
            opened.displaced(connection);
        }
    }

    private void resync() {
        Sessions opened = sessions.get();
        if (opened != null) {
            opened.resync();
        }
    }

    /** What the bus brings besides what is for sessions. */
    private final class Heard implements PushIntake.Hears {
        private final RedisPresence presence;
        private final JudgedLog log;
        private final Neighbours others;

        Heard(RedisPresence presence, JudgedLog log, Neighbours others) {
            this.presence = presence;
            this.log = log;
            this.others = others;
        }

        @Override
        public void displaced(long connection) {
            ClusterGateway.this.displaced(connection);
        }

        @Override
        public void removed(String uid, long connection) {
            Sessions opened = sessions.get();
            if (opened != null) {
                opened.remove(uid, connection);
            }
        }

        @Override
        public void presence(String uid) {
            presence.heard(uid);
        }

        @Override
        public void lost() {
            NodeLife life = nodeLife.get();
            if (life != null) {
                life.lost();
            }
        }

        @Override
        public void broadcast(PushedBroadcast said) {
            others.heard(said);
        }

        @Override
        public void resync() {
            ClusterGateway.this.resync();
        }

        @Override
        public void groupChanged(String group, long changedAt) {
            log.groupChanged(group, changedAt);
        }
    }
}
