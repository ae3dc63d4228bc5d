package im.router.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import im.router.NodeFencedException;
import im.router.NodeId;
import im.router.NodeInfo;
import im.router.NodeInfo.Load;
import im.router.NodeInfo.Role;
import im.router.Nodes;
import im.router.Presence;
import im.router.PresenceContract;
import im.router.RouteDirectory;
import im.router.redis.Redis.Call;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Two gateways over one Redis. */
@EnabledIf("im.servers.Requirement#redis")
class RedisPresenceIT extends PresenceContract {
    private static final NodeInfo GATEWAY = new NodeInfo(Role.GATEWAY, "g", Map.of(), Load.NONE, false);
    private static final Duration HEARTBEAT = Duration.ofSeconds(30);
    /** Where a test waits until interest that nobody repeats has ended. */
    private static final Duration SHORT_HEARTBEAT = Duration.ofMillis(400);

    private final Redis redis = TestRedis.connect(TestRedis.config());
    private final Map<Long, NodeInfo> live = new ConcurrentHashMap<>();
    private final List<String> hints = new CopyOnWriteArrayList<>();
    private final Node a = new Node(new NodeId(0, 1_000));
    private final Node b = new Node(new NodeId(1, 1_001));

    private final class Node {
        final NodeId name;
        final RouteDirectory routes;
        final RedisPresence presence;
        volatile @Nullable NodeId id;

        Node(NodeId name) {
            this.name = name;
            this.id = name;
            live.put(name.packed(), GATEWAY);
            routes = new RedisRouteDirectory(
                    redis,
                    () -> id,
                    () -> new Nodes(live, live.size() + 1L),
                    (uid, device, connection, attempt) -> {},
                    new SimpleMeterRegistry(),
                    new Random(1),
                    System::nanoTime);
            presence = presence(HEARTBEAT);
        }

        final RedisPresence presence(Duration heartbeat) {
            return new RedisPresence(
                    redis,
                    routes,
                    () -> id,
                    () -> new Nodes(live, live.size() + 1L),
                    (node, uid) -> hints.add(node + " " + uid),
                    GRACE,
                    heartbeat);
        }

        void die() {
            live.remove(name.packed());
        }
    }

    @Override
    protected Presence presence() {
        return a.presence;
    }

    @Override
    protected RouteDirectory routes() {
        return a.routes;
    }

    @AfterEach
    void close() {
        redis.close();
    }

    @Test
    void aNodeThatWatchesIsToldWhatHappensOnAnother() {
        done(b.presence.watch(List.of("a")));

        enter("a", "phone", 11);
        await().atMost(PATIENCE).until(() -> hints.size() == 1);
        leave("a", "phone", 11);

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(hints).containsExactly(b.name.packed() + " a", b.name.packed() + " a"));
    }

    @Test
    void whoIsConnectedToAnotherNodeIsOnlineUntilThatIsDead() {
        enter("a", "phone", 11);
        assertThat(state(b.presence, "a").connected()).isTrue();

        a.die();

        assertThat(state(b.presence, "a").connected()).isFalse();
    }

    @Test
    void aDeadNodeIsPassedOver() {
        done(b.presence.watch(List.of("a")));
        done(a.presence.watch(List.of("b")));
        b.die();

        enter("a", "phone", 11);

        assertThat(hints).isEmpty();
    }

    @Test
    void interestThatIsNotRepeatedGoesWithEverythingOfIt() {
        done(b.presence(SHORT_HEARTBEAT).watch(List.of("a")));

        await().atMost(PATIENCE)
                .until(() -> done(redis.call(Call.of("EXISTS", PresenceKeys.watching(redis, "a"))))
                                .number()
                        == 0);
    }

    @Test
    void aNodeThatStoppedIsForgottenWhileOthersGoOn() {
        done(b.presence(SHORT_HEARTBEAT).watch(List.of("a")));

        await().atMost(PATIENCE).until(() -> {
            done(a.presence.watch(List.of("a")));
            return done(redis.call(Call.of("HLEN", PresenceKeys.watching(redis, "a"))))
                            .number()
                    == 1;
        });
    }

    @Test
    void withoutALeaseNothingIsWatched() {
        a.id = null;

        assertThatThrownBy(() -> done(a.presence.watch(List.of("a")))).hasCauseInstanceOf(NodeFencedException.class);
    }

    @Test
    void aWatchTakenBackLeavesNothingButThoseOfOthers() {
        List<String> uids = IntStream.range(0, 300).mapToObj(i -> "a" + i).toList();
        done(a.presence.watch(uids));
        done(b.presence.watch(List.of("a7")));

        a.presence.unwatch(uids);

        await().atMost(PATIENCE).untilAsserted(() -> {
            for (String uid : uids) {
                assertThat(done(redis.call(Call.of("HLEN", PresenceKeys.watching(redis, uid))))
                                .number())
                        .isEqualTo(uid.equals("a7") ? 1 : 0);
            }
        });
    }
}
