package im.router.redis;

import static im.router.redis.TestRedis.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.router.NodeFencedException;
import im.router.NodeId;
import im.router.NodeInfo;
import im.router.NodeInfo.Load;
import im.router.NodeInfo.Role;
import im.router.Nodes;
import im.router.Registration.Older;
import im.router.Registration.Registered;
import im.router.Route;
import im.router.RouteDirectory;
import im.router.RouteDirectory.Mended;
import im.router.RouteDirectoryContract;
import im.router.redis.Redis.Call;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Two gateways and a relay over one Redis. */
@EnabledIf("im.servers.Requirement#redis")
class RedisRouteDirectoryIT extends RouteDirectoryContract {
    private static final NodeInfo GATEWAY = new NodeInfo(Role.GATEWAY, "g", Map.of(), Load.NONE, false);

    private final Redis redis = TestRedis.connect(TestRedis.config());
    private final Map<Long, NodeInfo> live = new ConcurrentHashMap<>();
    private final AtomicLong revision = new AtomicLong(1);
    private final AtomicLong slept = new AtomicLong();
    private final Node a = new Node(new NodeId(0, 1_000));
    private final Node b = new Node(new NodeId(1, 1_001));
    private final RouteDirectory relay = directory(() -> null, new ArrayList<>());

    /** A process that registers. */
    private final class Node {
        final List<String> displaced = new CopyOnWriteArrayList<>();
        final RouteDirectory routes = directory(() -> this.id, displaced);
        volatile @Nullable NodeId id;

        Node(NodeId id) {
            become(id);
        }

        final void become(@Nullable NodeId next) {
            if (id != null) {
                live.remove(id.packed());
            }
            id = next;
            if (next != null) {
                live.put(next.packed(), GATEWAY);
            }
            revision.incrementAndGet();
        }

        void die() {
            become(null);
        }

        Route route(long connection) {
            NodeId now = id;
            assertThat(now).isNotNull();
            return new Route(now == null ? 0 : now.packed(), connection);
        }

        im.router.Registration register(String uid, String device, long attempt, long connection) {
            return await(routes.register(uid, device, attempt, connection));
        }

        Mended mend() {
            return await(routes.mend());
        }
    }

    private RouteDirectory directory(java.util.function.Supplier<@Nullable NodeId> self, List<String> displaced) {
        return new RedisRouteDirectory(
                redis,
                self,
                () -> new Nodes(live, revision.get()),
                (uid, device, connection, attempt) ->
                        displaced.add(uid + " " + device + " " + connection + " " + attempt),
                new SimpleMeterRegistry(),
                new Random(1),
                () -> System.nanoTime() + slept.get());
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
    void aRouteSaysWhereItIsToEverybodyElseAndHereToItsOwnNode() {
        a.register("u", "d", 1, 11);
        b.register("u", "e", 1, 12);

        assertThat(await(a.routes.routesOf("u")).here()).containsExactly(11);
        assertThat(await(a.routes.routesOf("u")).elsewhere()).containsExactly(b.route(12));
        assertThat(await(relay.routesOf("u")).here()).isEmpty();
        assertThat(await(relay.routesOf("u")).elsewhere()).containsExactlyInAnyOrder(a.route(11), b.route(12));
    }

    /** D22: the larger attempt wins, whichever registration arrives last. */
    @Test
    void d22AnOlderAttemptThatArrivesLateAtAnotherNodeIsRefusedAndTheNewerStays() {
        assertThat(b.register("u", "d", 6, 12)).isEqualTo(new Registered(null));

        assertThat(a.register("u", "d", 5, 11)).isEqualTo(new Older(6));

        assertThat(await(relay.routesOf("u")).elsewhere()).containsExactly(b.route(12));
        assertThat(b.mend()).isEqualTo(new Mended(1, 0, 0));
        assertThat(a.mend()).isEqualTo(Mended.NOTHING);
    }

    /** D22: attempts are 64 bits, which no double holds. */
    @Test
    void d22AttemptsThatDifferInTheLastOf63BitsAreToldApart() {
        a.register("u", "d", Long.MAX_VALUE - 1, 11);

        assertThat(b.register("u", "d", Long.MAX_VALUE - 2, 12)).isEqualTo(new Older(Long.MAX_VALUE - 1));
        assertThat(b.register("u", "d", Long.MAX_VALUE, 12)).isEqualTo(new Registered(a.route(11)));
        assertThat(a.register("u", "d", 9, 13)).isEqualTo(new Older(Long.MAX_VALUE));
    }

    @Test
    void aNewerConnectionOnAnotherNodeIsToldWhomItDisplacedAndALateGoodbyeRemovesNothing() {
        a.register("u", "d", 5, 11);

        assertThat(b.register("u", "d", 6, 12)).isEqualTo(new Registered(a.route(11)));

        assertThat(await(a.routes.remove("u", "d", 11))).isFalse();
        assertThat(await(relay.routesOf("u")).elsewhere()).containsExactly(b.route(12));
    }

    /** D22: also when the node of the larger attempt is dead, but then there is nobody to be closed. */
    @Test
    void d22TheAttemptOfADeadNodesRouteCountsButItsRouteDoesNot() {
        b.register("u", "d", 6, 12);
        b.die();

        assertThat(await(relay.routesOf("u")).isEmpty()).isTrue();
        assertThat(await(relay.routesOf(List.of("u")))).isEmpty();
        assertThat(a.register("u", "d", 5, 11)).isEqualTo(new Older(6));
        assertThat(a.register("u", "d", 7, 11)).isEqualTo(new Registered(null));
        assertThat(await(relay.routesOf("u")).elsewhere()).containsExactly(a.route(11));
    }

    @Test
    void theRouteOfANodeThatIsLongDeadIsRemovedWhenItIsRead() {
        b.register("u", "d", 6, 12);
        b.die();
        await(relay.routesOf("u"));
        await(relay.routesOf("u"));
        assertThat(stored("u", "d")).isNotEmpty();

        slept.set(DeadRoutes.PATIENCE.toNanos());
        await(relay.routesOf("u"));

        org.awaitility.Awaitility.await().until(() -> stored("u", "d").isEmpty());
    }

    @Test
    void theRouteOfANodeThatCameBackAndDiedAgainIsKeptForAllItsTimeAnew() {
        NodeId id = new NodeId(1, 1_001);
        b.register("u", "d", 6, 12);
        b.die();
        await(relay.routesOf("u"));
        b.become(id);
        assertThat(await(relay.routesOf("u")).elsewhere()).hasSize(1);

        slept.set(DeadRoutes.PATIENCE.toNanos());
        b.die();
        await(relay.routesOf("u"));
        await(relay.routesOf("u"));

        assertThat(stored("u", "d")).isNotEmpty();
    }

    @Test
    void whileItIsNotKnownWhoIsAliveNobodyIsDead() {
        b.register("u", "d", 6, 12);
        b.die();
        revision.set(0);
        await(relay.routesOf("u"));
        slept.set(DeadRoutes.PATIENCE.toNanos());
        await(relay.routesOf("u"));

        assertThat(stored("u", "d")).isNotEmpty();
    }

    /** D23: the slot of the routes lost everything. */
    @Test
    void d23RoutesThatRedisForgotAreWrittenAgainWithTheNextMending() {
        Map<String, Route> expected = new HashMap<>();
        for (int i = 1; i <= 700; i++) {
            a.register("u" + i, "d", i, i);
            expected.put("u" + i, a.route(i));
        }
        b.register("u1", "e", 1, 12);
        flush();

        assertThat(a.mend()).isEqualTo(new Mended(700, 700, 0));

        assertThat(a.mend()).isEqualTo(new Mended(700, 0, 0));
        Map<String, im.router.Routes> found = await(relay.routesOf(expected.keySet()));
        assertThat(found).hasSize(700);
        found.forEach((uid, routes) -> assertThat(routes.elsewhere()).containsExactly(expected.get(uid)));
        assertThat(a.displaced).isEmpty();
        assertThat(b.mend()).isEqualTo(new Mended(1, 1, 0));
    }

    /** D22 and D23: what Redis forgot, the node of the newer connection still knows. */
    @Test
    void d22AnOlderAttemptIsRefusedByTheNodeOfTheNewerAlsoWhenRedisForgotIt() {
        a.register("u", "d", 6, 12);
        flush();

        assertThat(a.register("u", "d", 5, 11)).isEqualTo(new Older(6));

        a.mend();
        assertThat(await(relay.routesOf("u")).elsewhere()).containsExactly(a.route(12));
    }

    /** D23: the slot rolled back to before the takeover; both nodes compare, the larger attempt wins. */
    @Test
    void d23ARolledBackRouteIsMendedByTheNodeOfTheLargerAttemptAndNeverByTheOther() {
        a.register("u", "d", 5, 11);
        String before = stored("u", "d");
        b.register("u", "d", 6, 12);
        await(redis.call(Call.of("HSET", RoutesKey.of(redis, "u"), bytes("d"), bytes(before))));

        assertThat(a.mend()).isEqualTo(new Mended(1, 0, 0));
        assertThat(b.mend()).isEqualTo(new Mended(1, 1, 0));
        assertThat(a.mend()).isEqualTo(new Mended(1, 0, 1));

        assertThat(a.displaced).containsExactly("u d 11 6");
        assertThat(await(relay.routesOf("u")).elsewhere()).containsExactly(b.route(12));
        assertThat(a.mend()).isEqualTo(Mended.NOTHING);
    }

    /** D23: never over a larger attempt, also if that one's node is dead by now. */
    @Test
    void d23ALargerAttemptElsewhereStaysAndTheNodeHearsThatItsOwnIsDisplaced() {
        a.register("u", "d", 5, 11);
        b.register("u", "d", 6, 12);
        b.die();

        assertThat(a.mend()).isEqualTo(new Mended(1, 0, 1));

        assertThat(a.displaced).containsExactly("u d 11 6");
        assertThat(stored("u", "d")).startsWith("6 ");
    }

    @Test
    void aNodeWithAnotherLeaseWritesAllItsRoutesInItsNewName() {
        for (int i = 1; i <= 300; i++) {
            a.register("u" + i, "d", i, i);
        }
        a.die();
        assertThat(await(relay.routesOf("u7")).isEmpty()).isTrue();
        a.become(new NodeId(3, 2_000));

        assertThat(a.mend()).isEqualTo(new Mended(300, 300, 0));

        assertThat(await(relay.routesOf("u7")).elsewhere()).containsExactly(a.route(7));
        assertThat(await(a.routes.routesOf("u7")).here()).containsExactly(7);
        assertThat(a.displaced).isEmpty();
    }

    @Test
    void aNodeWithoutALeaseRegistersNothingAndRemovesWhatItHad() {
        a.register("u", "d", 5, 11);
        a.die();

        assertThatThrownBy(() -> a.register("u", "e", 1, 12)).hasRootCauseInstanceOf(NodeFencedException.class);
        assertThatThrownBy(a::mend).hasRootCauseInstanceOf(NodeFencedException.class);
        assertThat(await(a.routes.remove("u", "d", 11))).isTrue();
        assertThat(stored("u", "d")).isEmpty();
        assertThat(stored("u", "e")).isEmpty();
    }

    /** A connection that closes while its registration is under way leaves nothing behind. */
    @Test
    void aRemovalThatOvertakesItsRegistrationIsCarriedOutBehindIt() {
        await(redis.call(Call.of("SCRIPT", bytes("FLUSH"))));
        CompletionStage<im.router.Registration> registering = a.routes.register("u", "d", 5, 11);
        CompletionStage<Boolean> removing = a.routes.remove("u", "d", 11);

        await(registering);
        assertThat(await(removing)).isTrue();
        assertThat(stored("u", "d")).isEmpty();
        assertThat(a.mend()).isEqualTo(Mended.NOTHING);
        assertThat(stored("u", "d")).isEmpty();
    }

    @Test
    void aMendingThatIsCalledWhileOneIsUnderWayGetsItsAnswer() {
        a.register("u", "d", 5, 11);
        CompletionStage<Mended> first = a.routes.mend();
        CompletionStage<Mended> second = a.routes.mend();

        assertThat(await(first)).isEqualTo(new Mended(1, 0, 0));
        assertThat(await(second)).isEqualTo(new Mended(1, 0, 0));
    }

    @Test
    void whatIsNoRouteIsPassedOverAndReplaced() {
        await(redis.call(Call.of("HSET", RoutesKey.of(redis, "u"), bytes("d"), bytes("what is this"))));

        assertThat(await(relay.routesOf("u")).isEmpty()).isTrue();
        assertThat(a.register("u", "d", 1, 11)).isEqualTo(new Registered(null));
        assertThat(await(relay.routesOf("u")).elsewhere()).containsExactly(a.route(11));
    }

    /** Empty when there is none. */
    private String stored(String uid, String device) {
        Reply reply = await(redis.call(Call.of("HGET", RoutesKey.of(redis, uid), bytes(device))));
        return reply.isNull() ? "" : reply.text();
    }

    /** All that this test wrote. */
    private void flush() {
        Reply keys = await(redis.call(Call.of("KEYS", bytes(redis.keys().prefix() + "*"))));
        for (int i = 0; i < keys.size(); i++) {
            await(redis.call(Call.of("DEL", keys.bytes(i))));
        }
    }
}
