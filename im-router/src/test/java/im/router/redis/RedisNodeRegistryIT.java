package im.router.redis;

import static im.router.redis.TestRedis.await;
import static im.router.redis.TestRedis.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.router.NodeId;
import im.router.NodeInfo;
import im.router.NodeInfo.Role;
import im.router.NodeRegistry;
import im.router.NodeRegistryContract;
import im.router.redis.Redis.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("im.servers.Requirement#redis")
class RedisNodeRegistryIT extends NodeRegistryContract {
    private final RedisConfig config = TestRedis.config();
    private final List<Redis> connections = new ArrayList<>();
    private final Map<NodeRegistry, Redis> connectionOf = new HashMap<>();

    @Override
    protected NodeRegistry open(LongSupplier nanos, Duration lease) {
        Redis redis = connect();
        NodeRegistry registry = RedisNodeRegistry.start(redis, new RegistryTerms(lease, SLOTS, nanos));
        connectionOf.put(registry, redis);
        return registry;
    }

    @Override
    protected Runnable giveName(NodeId id, NodeInfo info) {
        Redis redis = connect();
        byte[] slot = Redis.decimal(id.slot());
        String lease = (id.incarnation() + 1) + " " + (1L << 52) + " another " + info.role() + " " + info.name() + "\n";
        await(redis.call(Call.of("HSET", LeaseKeys.leases(redis), slot, bytes(lease))));
        return () -> await(redis.call(Call.of("HDEL", LeaseKeys.leases(redis), slot)));
    }

    @Override
    protected void silence(NodeRegistry registry) {
        Objects.requireNonNull(connectionOf.get(registry)).close();
    }

    private Redis connect() {
        Redis redis = TestRedis.connect(config);
        connections.add(redis);
        return redis;
    }

    @Override
    protected void endLease(NodeId id) {
        Redis redis = connect();
        Reply removed = await(redis.call(Call.of("HDEL", LeaseKeys.leases(redis), Redis.decimal(id.slot()))));
        assertThat(removed.number()).isEqualTo(1);
    }

    @Test
    void aSlotWhoseNodeFellSilentIsGivenAnewOnlyAfterItsLeaseWithALargerIncarnation() {
        NodeRegistry silent = another();
        NodeRegistry b = another();
        NodeId first = join(silent, info(Role.GATEWAY, "silent"));
        awaitSeen(b, first);

        silence(silent);

        assertThat(join(b, info(Role.GATEWAY, "b")).slot()).isEqualTo(1);
        await().atMost(PATIENCE).until(() -> !b.nodes().isLive(first.packed()));
        NodeId next = join(another(), info(Role.GATEWAY, "silent"));
        assertThat(next.slot()).isEqualTo(first.slot());
        assertThat(next.incarnation()).isGreaterThan(first.incarnation());
    }

    /** The server's memory went while the lease was running: nobody was told that it had ended, so it has not. */
    @Test
    void aLeaseThatTheServerForgotBeforeItEndedGoesOnAndNobodyIsTakenForDead() {
        Heard heard = new Heard();
        NodeRegistry a = another();
        NodeRegistry b = another();
        NodeId first = get(a.join(() -> info(Role.GATEWAY, "a"), heard));
        NodeId second = join(b, info(Role.GATEWAY, "b"));
        awaitSeen(b, first);
        List<Boolean> missing = new ArrayList<>();
        Redis redis = connect();
        b.watch(nodes -> missing.add(!nodes.isLive(first.packed())));

        await(redis.call(Call.of("DEL", LeaseKeys.leases(redis), LeaseKeys.incarnations(redis))));

        await().atMost(PATIENCE)
                .until(() -> await(LiveNodesScript.run(redis)).live().size() == 2);
        assertThat(a.self()).isEqualTo(first);
        assertThat(b.self()).isEqualTo(second);
        assertThat(heard.lapsed).isEmpty();
        assertThat(missing).containsOnly(false);
    }

    /** A server that answers and refuses is not one that is away. */
    @Test
    void aNodeWhoseRenewalsAreRefusedGivesItsNameUpWithTheEndOfItsLease() {
        Heard heard = new Heard();
        NodeRegistry a = another();
        NodeId first = get(a.join(() -> info(Role.GATEWAY, "a"), heard));
        Redis redis = connect();

        await(redis.call(Call.of("SET", LeaseKeys.leases(redis), bytes("no hash"))));

        await().atMost(PATIENCE).until(() -> heard.lapsed.contains(first));
        assertThat(a.self()).isNull();
        assertThat(a.failure()).contains("WRONGTYPE");
        await(redis.call(Call.of("DEL", LeaseKeys.leases(redis))));
        await().atMost(PATIENCE).until(() -> !heard.renewed.isEmpty() && a.failure() == null);
    }

    /** One byte of what another version wrote must not stop the rest. */
    @Test
    void aRecordThatNobodyUnderstandsIsPassedOver() {
        NodeRegistry a = another();
        Redis redis = connect();
        await(redis.call(Call.of("HSET", LeaseKeys.leases(redis), bytes("3"), bytes("what is this"))));

        NodeId id = join(a, info(Role.GATEWAY, "a"));

        awaitSeen(a, id);
        assertThat(a.nodes().live()).hasSize(1);
    }

    /** Before the contract closes the registries itself, which do not mind. */
    @AfterEach
    void closeConnections() {
        closeAllRegistries();
        connections.forEach(Redis::close);
    }
}
