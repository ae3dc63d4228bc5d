package im.router.redis;

import static im.router.redis.TestRedis.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.router.NodeId;
import im.router.NodeInfo;
import im.router.NodeInfo.Load;
import im.router.NodeInfo.Role;
import im.router.NodeRegistry.LeaseListener;
import im.router.RouteDirectory.Mended;
import im.router.Routes;
import im.router.redis.Redis.Call;
import im.router.redis.RedisConfig.Kind;
import im.servers.Address;
import im.servers.RedisConsole;
import im.servers.RedisServer;
import im.servers.ServerOptions;
import im.servers.Servers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** A Redis Cluster of three masters without replicas. */
@Tag("once")
@EnabledIf("im.servers.Requirement#redis")
class RedisClusterIT {
    private static final int MASTERS = 3;
    private static final List<RedisServer> SERVERS = new ArrayList<>();

    @BeforeAll
    static void start() {
        for (int i = 0; i < MASTERS; i++) {
            RedisServer server = RedisServer.start(
                    Servers.temporaryFolder("redis-cluster"),
                    ServerOptions.defaults()
                            .set("cluster-enabled", "yes")
                            .set("cluster-node-timeout", "30000")
                            .set("cluster-require-full-coverage", "no"));
            SERVERS.add(server);
            RedisConsole.ask(server.address(), "CLUSTER SET-CONFIG-EPOCH " + (i + 1));
            TestRedis.giveSlots(server, TestRedis.SLOTS * i / MASTERS, TestRedis.SLOTS * (i + 1) / MASTERS);
        }
        for (RedisServer server : SERVERS.subList(1, MASTERS)) {
            RedisConsole.ask(SERVERS.get(0).address(), "CLUSTER MEET 127.0.0.1 " + server.port());
        }
        for (RedisServer server : SERVERS) {
            await().atMost(TestRedis.PATIENCE)
                    .until(() -> RedisConsole.ask(server.address(), "CLUSTER INFO"), RedisClusterIT::isWhole);
        }
    }

    private static boolean isWhole(String info) {
        return info.contains("cluster_state:ok")
                && info.contains("cluster_slots_ok:" + TestRedis.SLOTS)
                && info.contains("cluster_size:" + MASTERS);
    }

    @AfterAll
    static void stop() {
        SERVERS.forEach(RedisServer::close);
    }

    @Test
    void routesAndNodesAreKeptAcrossTheClusterAndOneLostMasterTakesOnlyItsOwn() throws Exception {
        RedisConfig usual = RedisConfig.of(
                Kind.CLUSTER,
                SERVERS.stream()
                        .map(s -> URI.create("redis://127.0.0.1:" + s.port()))
                        .toList(),
                "");
        RedisConfig config =
                usual.withLimits(usual.connectTimeout(), Duration.ofSeconds(20), usual.maxInFlight(), usual.breaker());
        try (Redis redis = Redis.connect(config, new SimpleMeterRegistry())) {
            RedisNodeRegistry registry = RedisNodeRegistry.start(redis, RegistryTerms.of(Duration.ofMinutes(1), 8));
            try {
                NodeId self = await(registry.join(() -> info("a"), new Unheard()));
                await().atMost(TestRedis.PATIENCE).until(() -> registry.nodes().isLive(self.packed()));
                RedisRouteDirectory routes = new RedisRouteDirectory(
                        redis,
                        registry::self,
                        registry::nodes,
                        (uid, device, connection, attempt) -> {},
                        new SimpleMeterRegistry(),
                        new Random(1),
                        System::nanoTime);
                List<String> uids =
                        IntStream.rangeClosed(1, 300).mapToObj(i -> "u" + i).toList();
                for (int i = 0; i < uids.size(); i++) {
                    await(routes.register(uids.get(i), "d", 1, i + 1));
                }

                Map<String, Routes> found = await(routes.routesOf(uids));
                assertThat(found).hasSize(300);
                assertThat(found.getOrDefault("u7", Routes.NONE).here()).containsExactly(7);
                assertThat(await(routes.mend())).isEqualTo(new Mended(300, 0, 0));

                loseOne(redis, routes, uids);
            } finally {
                registry.close();
            }
        }
    }

    /** The one that does not hold the leases: their loss is another test's. */
    private static void loseOne(Redis redis, RedisRouteDirectory routes, List<String> uids) {
        int leases = ownerOf(LeaseKeys.leases(redis));
        RedisServer lost =
                SERVERS.stream().filter(s -> s.port() != leases).findFirst().orElseThrow();
        String there = uidOn(redis, uids, lost.port(), true);
        String elsewhere = uidOn(redis, uids, lost.port(), false);
        lost.kill();

        await().atMost(TestRedis.PATIENCE).until(() -> !answers(redis, there));
        await().atMost(TestRedis.PATIENCE).until(() -> answers(redis, elsewhere));
        lost.start();

        await().atMost(TestRedis.PATIENCE).until(() -> answers(redis, there));
        await().atMost(TestRedis.PATIENCE)
                .until(() -> routes.mend()
                        .handle((mended, thrown) -> thrown == null)
                        .toCompletableFuture()
                        .join());
        // The breaker may be half open still.
        await().atMost(TestRedis.PATIENCE)
                .ignoreExceptions()
                .until(() -> await(routes.routesOf(uids)).size() == uids.size());
    }

    private static boolean answers(Redis redis, String uid) {
        return redis.call(Call.of("HGETALL", RoutesKey.of(redis, uid)))
                .handle((reply, thrown) -> thrown == null)
                .toCompletableFuture()
                .join();
    }

    private static String uidOn(Redis redis, List<String> uids, int port, boolean on) {
        for (String uid : uids) {
            if ((ownerOf(RoutesKey.of(redis, uid)) == port) == on) {
                return uid;
            }
        }
        throw new IllegalStateException("no uid");
    }

    /** The port of the master of a key. */
    private static int ownerOf(byte[] key) {
        Address any = SERVERS.get(0).address();
        String text = new String(key, StandardCharsets.UTF_8);
        int slot = Integer.parseInt(RedisConsole.ask(any, "CLUSTER KEYSLOT " + text));
        for (String line : RedisConsole.ask(any, "CLUSTER NODES").lines().toList()) {
            String[] parts = line.split(" ");
            for (int i = 8; i < parts.length; i++) {
                String[] range = parts[i].split("-");
                if (slot >= Integer.parseInt(range[0]) && slot <= Integer.parseInt(range[range.length - 1])) {
                    return Integer.parseInt(parts[1].substring(parts[1].indexOf(':') + 1, parts[1].indexOf('@')));
                }
            }
        }
        throw new IllegalStateException("nobody has slot " + slot);
    }

    private static NodeInfo info(String name) {
        return new NodeInfo(Role.GATEWAY, name, Map.of(), Load.NONE, false);
    }

    private static final class Unheard implements LeaseListener {
        @Override
        public void lapsed(NodeId id) {}

        @Override
        public void renewed(NodeId id) {}
    }
}
