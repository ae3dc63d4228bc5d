package im.router.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.router.NodeFencedException;
import im.router.NodeId;
import im.router.NodeInfo;
import im.router.NodeInfo.Load;
import im.router.NodeInfo.Role;
import im.router.NodeRegistry.LeaseListener;
import im.router.Registration.Older;
import im.router.Registration.Registered;
import im.router.Route;
import im.router.RouteDirectory;
import im.router.RouteDirectory.Mended;
import im.router.RouteDirectoryContract;
import im.router.Routes;
import im.servers.Servers;
import io.etcd.jetcd.ByteSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@EnabledIf("im.servers.Requirement#etcd")
class EtcdRouteDirectoryIT extends RouteDirectoryContract {
    private final EtcdTestCluster cluster = new EtcdTestCluster(Servers.etcd());
    private final AtomicLong slept = new AtomicLong();
    private final Node a = new Node("a");

    /** A process with its lease and its routes. */
    private final class Node implements LeaseListener {
        final EtcdConnection etcd = cluster.connect();
        final EtcdNodeRegistry registry = cluster.registry(etcd, 8, () -> System.nanoTime() + slept.get());
        final List<String> displaced = new CopyOnWriteArrayList<>();
        final CompletableFuture<NodeId> renewed = new CompletableFuture<>();
        volatile Runnable whenDisplaced = () -> {};
        final RouteDirectory routes = new EtcdRouteDirectory(etcd, registry, (uid, device, connection, attempt) -> {
            displaced.add(uid + "/" + device + "/" + connection + "<" + attempt);
            whenDisplaced.run();
        });
        final NodeId id;

        Node(String name) {
            id = get(registry.join(() -> new NodeInfo(Role.GATEWAY, name, Map.of(), Load.NONE, false), this));
        }

        @Override
        public void lapsed(NodeId id) {
            // What a lapse means is tried on the registry.
        }

        @Override
        public void renewed(NodeId id) {
            renewed.complete(id);
        }

        void forget(String uid, String device) {
            etcd.await(client -> client.getKVClient().delete(etcd.keys().route(uid, device)));
        }

        /** It stays as it is, but its lease does not tell of it any more. */
        void hide(String uid, String device) {
            ByteSequence key = etcd.keys().route(uid, device);
            ByteSequence value = etcd.await(client -> client.getKVClient().get(key))
                    .getKvs()
                    .get(0)
                    .getValue();
            etcd.await(client -> client.getKVClient().put(key, value));
        }
    }

    @Override
    protected RouteDirectory routes() {
        return a.routes;
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void aRouteOfAnotherNodeIsElsewhereAndIsReturnedWhenItIsDisplaced() {
        Node b = new Node("b");
        register("u", "d", 1, 11);
        assertThat(get(b.routes.routesOf("u")).elsewhere()).containsExactly(new Route(a.id.packed(), 11));
        assertThat(get(b.routes.routesOf("u")).here()).isEmpty();

        assertThat(get(b.routes.register("u", "d", 2, 21))).isEqualTo(new Registered(new Route(a.id.packed(), 11)));
        assertThat(register("u", "d", 1, 12)).isEqualTo(new Older(2));
        assertThat(remove("u", "d", 11)).isFalse();
        assertThat(get(a.routes.routesOf("u")).elsewhere()).containsExactly(new Route(b.id.packed(), 21));
    }

    /** The numbers of connections are each node's own. */
    @Test
    void anotherNodesConnectionOfTheSameNumberIsNotRemoved() {
        Node b = new Node("b");
        get(b.routes.register("u", "d", 1, 11));

        assertThat(remove("u", "d", 11)).isFalse();
        assertThat(get(b.routes.routesOf("u")).here()).containsExactly(11);
    }

    @Test
    void manyUidsAreReadAtOnceAndThoseWithNobodyAreLeftOut() {
        List<String> uids = new ArrayList<>();
        Map<String, List<Long>> expected = new HashMap<>();
        for (int i = 0; i < 150; i++) {
            uids.add("u" + i);
            if (i % 2 == 0) {
                register("u" + i, "d", 1, 100 + i);
                expected.put("u" + i, List.of(100L + i));
            }
        }

        Map<String, Routes> found = get(a.routes.routesOf(uids));

        Map<String, List<Long>> here = new HashMap<>();
        found.forEach((uid, routes) ->
                here.put(uid, Arrays.stream(routes.here()).boxed().toList()));
        assertThat(here).isEqualTo(expected);
        assertThat(get(a.routes.routesOf(List.of()))).isEmpty();
    }

    @Test
    void theRoutesOfANodeEndWithItsLease() {
        Node b = new Node("b");
        get(b.routes.register("u", "d", 7, 21));

        b.registry.close();

        assertThat(get(a.routes.routesOf("u")).isEmpty()).isTrue();
        assertThat(register("u", "d", 1, 11)).isEqualTo(new Registered(null));
        assertThatThrownBy(() -> get(b.routes.register("u", "d", 8, 22)))
                .hasRootCauseInstanceOf(NodeFencedException.class);
    }

    /** D23. */
    @Test
    void aRouteThatWasLostIsWrittenAgainByTheNextComparison() {
        register("u", "d", 1, 11);
        register("u", "e", 1, 12);
        assertThat(mend(a)).isEqualTo(new Mended(2, 0, 0));
        a.forget("u", "d");

        assertThat(mend(a)).isEqualTo(new Mended(2, 1, 0));

        assertThat(connectionsOf("u")).containsExactlyInAnyOrder(11, 12);
        assertThat(mend(a)).isEqualTo(new Mended(2, 0, 0));
    }

    /** D22, D23. */
    @Test
    void aLostRouteIsNotWrittenOverALargerOrEqualAttemptAndItsConnectionIsToldOf() {
        Node b = new Node("b");
        register("u", "d", 1, 11);
        register("u", "e", 5, 12);
        a.forget("u", "d");
        a.forget("u", "e");
        get(b.routes.register("u", "d", 2, 21));
        get(b.routes.register("u", "e", 5, 22));

        assertThat(mend(a)).isEqualTo(new Mended(2, 0, 2));

        assertThat(a.displaced).containsExactlyInAnyOrder("u/d/11<2", "u/e/12<5");
        assertThat(get(b.routes.routesOf("u")).here()).containsExactlyInAnyOrder(21, 22);
        assertThat(mend(a)).isEqualTo(Mended.NOTHING);
    }

    /** D22, D23: one that was registered while etcd told what there is, which does not tell of it. */
    @Test
    void aRouteThatStandsThereThoughEtcdDidNotTellOfItStaysAndItsConnectionIsNotDisplaced() {
        register("u", "d", 1, 11);
        a.hide("u", "d");

        assertThat(mend(a)).isEqualTo(new Mended(1, 0, 0));

        assertThat(a.displaced).isEmpty();
        assertThat(connectionsOf("u")).containsExactly(11);
        assertThat(mend(a)).isEqualTo(new Mended(1, 0, 0));
    }

    /** D23: with the first of them that was displaced all the others close. */
    @Test
    void connectionsThatCloseWhileTheirLostRoutesAreWrittenLeaveNoneBehind() {
        Node b = new Node("b");
        List<String> uids = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            uids.add("u" + i);
            register("u" + i, "d", 1, 100 + i);
            a.forget("u" + i, "d");
            if (i % 4 == 0) {
                get(b.routes.register("u" + i, "d", 2, 21));
            }
        }
        List<CompletionStage<Boolean>> removals = new CopyOnWriteArrayList<>();
        a.whenDisplaced = () ->
                uids.forEach(uid -> removals.add(a.routes.remove(uid, "d", 100 + Long.parseLong(uid.substring(1)))));

        mend(a);

        assertThat(removals).isNotEmpty();
        removals.forEach(EtcdRouteDirectoryIT::get);
        Map<String, Routes> left = get(b.routes.routesOf(uids));
        assertThat(left.values())
                .allSatisfy(routes -> assertThat(routes.elsewhere()).isEmpty());
        assertThat(mend(a)).isEqualTo(Mended.NOTHING);
    }

    /** A write whose answer was lost may be in place: nobody here knows of it. */
    @Test
    void aRouteOfThisNodeThatNoneOfItsConnectionsHasIsRemoved() {
        register("u", "d", 1, 11);
        RouteDirectory sameNode = new EtcdRouteDirectory(a.etcd, a.registry, (uid, device, connection, attempt) -> {});
        get(sameNode.register("u", "lost", 1, 13));
        assertThat(connectionsOf("u")).containsExactlyInAnyOrder(11, 13);

        mend(a);

        assertThat(connectionsOf("u")).containsExactly(11);
    }

    @Test
    void afterANewLeaseAllRoutesAreWrittenInTheNameOfTheNewNode() {
        Node b = new Node("b");
        register("u", "d", 1, 11);
        register("v", "d", 1, 12);

        slept.set(EtcdTestCluster.LEASE.plusSeconds(1).toNanos());
        // Their next turns are seconds away.
        a.registry.announce();
        b.registry.announce();
        NodeId again = get(a.renewed);

        assertThat(again).isNotEqualTo(a.id);
        assertThat(mend(a)).isEqualTo(new Mended(2, 2, 0));
        get(b.renewed);
        assertThat(get(b.routes.routesOf("u")).elsewhere()).containsExactly(new Route(again.packed(), 11));
        assertThat(get(a.routes.routesOf("v")).here()).containsExactly(12);
    }

    private static Mended mend(Node node) {
        return get(node.routes.mend());
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }
}
