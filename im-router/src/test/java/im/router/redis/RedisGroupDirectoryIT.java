package im.router.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.router.GroupDirectory;
import im.router.GroupDirectoryContract;
import im.router.NodeId;
import im.router.NodeInfo;
import im.router.NodeInfo.Load;
import im.router.NodeInfo.Role;
import im.router.Nodes;
import im.router.redis.Redis.Call;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("im.servers.Requirement#redis")
class RedisGroupDirectoryIT extends GroupDirectoryContract {
    private static final NodeInfo GATEWAY = new NodeInfo(Role.GATEWAY, "g", Map.of(), Load.NONE, false);

    private final Redis redis = TestRedis.connect(TestRedis.config());
    private final Map<Long, NodeInfo> live = new ConcurrentHashMap<>(Map.of(A.packed(), GATEWAY, B.packed(), GATEWAY));

    private GroupDirectory directory(@Nullable NodeId self, Duration heartbeat) {
        return new RedisGroupDirectory(redis, () -> self, () -> new Nodes(live, 1), heartbeat);
    }

    @Override
    protected GroupDirectory of(NodeId node, Duration heartbeat) {
        return directory(node, heartbeat);
    }

    @Override
    protected GroupDirectory reader() {
        return directory(null, SHORT_HEARTBEAT);
    }

    @Override
    protected void die(NodeId node) {
        live.remove(node.packed());
    }

    @AfterEach
    void close() {
        redis.close();
    }

    @Test
    void theNextHolderOfASlotIsNotTakenOutByTheOneBefore() {
        NodeId next = new NodeId(A.slot(), A.incarnation() + 7);
        live.put(next.packed(), GATEWAY);
        done(of(A).add(List.of("g")));
        done(of(next).add(List.of("g")));

        done(of(A).remove(List.of("g")));

        assertThat(done(reader().nodesOf(List.of("g"))).get("g")).containsExactly(next.packed());
    }

    @Test
    void whatNobodyRepeatsLeavesNothing() {
        done(of(A, SHORT_HEARTBEAT).add(List.of("g")));

        await().atMost(PATIENCE)
                .until(() -> done(redis.call(Call.of("EXISTS", redis.keys().ofGroup("g", "nodes"))))
                                .number()
                        == 0);
    }

    @Test
    void whatNobodyOfOursWroteIsNoNode() {
        done(redis.call(Call.of(
                "HSET",
                redis.keys().ofGroup("g", "nodes"),
                TestRedis.bytes("99999999"),
                TestRedis.bytes("1 9999999999999"),
                TestRedis.bytes("x"),
                TestRedis.bytes("y"))));

        assertThat(done(reader().nodesOf(List.of("g")))).isEmpty();
    }
}
