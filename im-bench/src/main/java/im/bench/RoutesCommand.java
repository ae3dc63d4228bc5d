package im.bench;

import im.bench.target.ProcessorTime;
import im.router.NodeId;
import im.router.NodeInfo;
import im.router.NodeInfo.Load;
import im.router.NodeInfo.Role;
import im.router.NodeRegistry.LeaseListener;
import im.router.Nodes;
import im.router.RouteDirectory;
import im.router.etcd.EtcdConfig;
import im.router.etcd.EtcdConnection;
import im.router.etcd.EtcdNodeRegistry;
import im.router.etcd.EtcdRouteDirectory;
import im.router.etcd.RegistryTerms;
import im.router.redis.Redis;
import im.router.redis.RedisConfig;
import im.router.redis.RedisRouteDirectory;
import im.router.redis.RedisStartException;
import im.servers.EtcdServer;
import im.servers.RedisServer;
import im.servers.ServerOptions;
import im.servers.Servers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "routes",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Routes registered and removed again, by one process, on a real Redis and a real etcd.")
final class RoutesCommand implements Callable<Integer> {
    private static final double MICROS = 1e6;
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final int SLOTS = 16;

    @Option(names = "--blocks", defaultValue = "5", description = "Measured blocks. Default 5.")
    private int blocks;

    @Option(names = "--pairs", defaultValue = "20000", description = "Registrations a block in Redis. Default 20000.")
    private int pairs;

    @Option(names = "--etcd-pairs", defaultValue = "2000", description = "The same in etcd. Default 2000.")
    private int etcdPairs;

    @Option(names = "--in-flight", defaultValue = "256", description = "Calls without an answer. Default 256.")
    private int inFlight;

    /** @param seconds from the first register to the last answer */
    private record Round(int pairs, double seconds, double clientMicros, double serverMicros) {
        double rate() {
            return pairs / seconds;
        }
    }

    @Override
    public Integer call() throws IOException, RedisStartException {
        Setting.print("One process registers and removes routes, " + inFlight + " calls under way; " + blocks
                + " blocks, median (least–most)");
        Table table = new Table(
                "directory", "registered and removed, a second", "a client's core second", "client, µs", "server, µs");
        row(table, "Redis", redis());
        row(table, "etcd", etcd());
        table.print();
        return 0;
    }

    private static void row(Table table, String name, List<Round> rounds) {
        table.row(
                name,
                Table.spread(rounds, Round::rate, 0),
                Table.spread(rounds, round -> MICROS / round.clientMicros, 0),
                Table.spread(rounds, Round::clientMicros, 0),
                Table.spread(rounds, Round::serverMicros, 0));
    }

    private List<Round> redis() throws RedisStartException {
        NodeId self = new NodeId(1, 1);
        Nodes nodes = new Nodes(Map.of(self.packed(), info("bench")), 1);
        try (RedisServer server = RedisServer.start(
                        Servers.temporaryFolder("bench-redis"),
                        ServerOptions.defaults().set("appendonly", "yes"));
                Redis redis = Redis.connect(
                        RedisConfig.single(server.address().host(), server.port()), new SimpleMeterRegistry())) {
            RouteDirectory routes = new RedisRouteDirectory(
                    redis,
                    () -> self,
                    () -> nodes,
                    (uid, device, connection, attempt) -> {},
                    new SimpleMeterRegistry(),
                    new SplittableRandom(),
                    System::nanoTime);
            return rounds(routes, pairs, server.pid());
        }
    }

    private List<Round> etcd() throws IOException {
        try (EtcdServer server = EtcdServer.start(Servers.temporaryFolder("bench-etcd"), ServerOptions.defaults());
                EtcdConnection connection = EtcdConnection.open(EtcdConfig.of(URI.create("http://" + server.address()))
                        .withCallTimeout(Duration.ofSeconds(10)));
                EtcdNodeRegistry registry = EtcdNodeRegistry.start(connection, RegistryTerms.of(LEASE, SLOTS))) {
            var unused = registry.join(() -> info("bench"), new Deaf())
                    .toCompletableFuture()
                    .orTimeout(1, TimeUnit.MINUTES)
                    .join();
            RouteDirectory routes =
                    new EtcdRouteDirectory(connection, registry, (uid, device, connectionId, attempt) -> {});
            return rounds(routes, etcdPairs, server.pid());
        }
    }

    private static NodeInfo info(String name) {
        return new NodeInfo(Role.GATEWAY, name, Map.of(), Load.NONE, false);
    }

    private static final class Deaf implements LeaseListener {
        @Override
        public void lapsed(NodeId id) {
            throw new IllegalStateException("the lease has lapsed");
        }

        @Override
        public void renewed(NodeId id) {
            throw new IllegalStateException("the lease was renewed");
        }
    }

    private List<Round> rounds(RouteDirectory routes, int count, long server) {
        List<Round> rounds = new ArrayList<>();
        for (int i = 0; i < 2 + blocks; i++) {
            Round round = round(routes, count, server, i);
            System.err.printf("%.0f a second%n", round.rate());
            if (i >= 2) {
                rounds.add(round);
            }
        }
        return rounds;
    }

    private Round round(RouteDirectory routes, int count, long server, int turn) {
        Map<String, Long> pids = Map.of("server", server);
        Semaphore room = new Semaphore(inFlight);
        ProcessorTime before = ProcessorTime.read(pids);
        long start = System.nanoTime();
        List<CompletableFuture<?>> all = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            room.acquireUninterruptibly();
            String uid = "user-" + i;
            long connection = 1L + i;
            all.add(routes.register(uid, "device", turn, connection)
                    .thenCompose(registered -> routes.remove(uid, "device", connection))
                    .whenComplete((done, failure) -> room.release())
                    .toCompletableFuture());
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture<?>[]::new)).join();
        double seconds = (System.nanoTime() - start) / 1e9;
        ProcessorTime used = ProcessorTime.read(pids).since(before);
        return new Round(count, seconds, used.of("client") * MICROS / count, used.of("server") * MICROS / count);
    }
}
