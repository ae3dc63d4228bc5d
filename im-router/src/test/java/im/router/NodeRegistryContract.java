package im.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import im.router.NodeInfo.Load;
import im.router.NodeInfo.Role;
import im.router.NodeRegistry.LeaseListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every {@link NodeRegistry} keeps. Each test has a cluster of its own, with leases of {@link #LEASE}. */
public abstract class NodeRegistryContract {
    protected static final Duration LEASE = Duration.ofSeconds(6);
    protected static final Duration PATIENCE = Duration.ofSeconds(90);
    protected static final int SLOTS = 4;

    private final List<NodeRegistry> open = new ArrayList<>();

    /**
     * Another process of this test's cluster, which has {@link #SLOTS} slots for gateways.
     *
     * @param nanos its monotonic clock
     */
    protected abstract NodeRegistry open(LongSupplier nanos, Duration lease);

    /** Ends the lease of that node behind its back. */
    protected abstract void endLease(NodeId id);

    /**
     * Gives that node's name to somebody else behind its back, and ends its lease.
     *
     * @return takes the name away again from whom it was given to
     */
    protected abstract Runnable giveName(NodeId id, NodeInfo info);

    /** Cuts its process off for good, as {@code kill -9} does: it renews nothing and gives nothing back. */
    protected abstract void silence(NodeRegistry registry);

    @AfterEach
    protected final void closeAllRegistries() {
        open.forEach(NodeRegistry::close);
    }

    @Test
    void aNodeThatJoinedKnowsItselfAndIsSeenByAll() {
        NodeRegistry a = another();
        NodeRegistry b = another();
        assertThat(a.self()).isNull();

        NodeId id = join(a, info(Role.GATEWAY, "a"));

        assertThat(a.self()).isEqualTo(id);
        assertThat(id.slot()).isZero();
        awaitSeen(a, id);
        awaitSeen(b, id);
        assertThat(b.nodes().live().get(id.packed())).isEqualTo(info(Role.GATEWAY, "a"));
        assertThat(b.self()).isNull();
        assertThat(b.failure()).isNull();
    }

    @Test
    void nodesThatJoinTogetherGetTheLowestSlots() {
        List<CompletionStage<NodeId>> joining = new ArrayList<>();
        for (int i = 0; i < SLOTS; i++) {
            String name = "n" + i;
            joining.add(another().join(() -> info(Role.GATEWAY, name), new Heard()));
        }

        assertThat(joining.stream().map(NodeRegistryContract::get).map(NodeId::slot))
                .containsExactlyInAnyOrder(0, 1, 2, 3);
        assertThatThrownBy(() -> join(another(), info(Role.GATEWAY, "one-too-many")))
                .hasRootCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("slot");
    }

    @Test
    void relaysAndRoutersTakeNoneOfTheSlotsOfGateways() {
        assertThat(join(another(), info(Role.RELAY, "relay")).slot()).isEqualTo(SLOTS);
        assertThat(join(another(), info(Role.ROUTER, "router")).slot()).isEqualTo(SLOTS + 1);

        for (int i = 0; i < SLOTS; i++) {
            assertThat(join(another(), info(Role.GATEWAY, "n" + i)).slot()).isEqualTo(i);
        }
    }

    @Test
    void theNameOfALiveNodeIsRefusedToAnotherOfItsRoleOnly() {
        join(another(), info(Role.GATEWAY, "a"));
        join(another(), info(Role.RELAY, "a"));

        assertThatThrownBy(() -> join(another(), info(Role.GATEWAY, "a")))
                .hasRootCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("name");
    }

    /** As after {@code kill -9}: its lease still runs, and nobody renews it. */
    @Test
    void theNameOfANodeThatDiedIsWaitedFor() {
        NodeRegistry dead = another();
        NodeId first = join(dead, info(Role.GATEWAY, "a"));

        silence(dead);
        NodeId second = join(another(), info(Role.GATEWAY, "a"));

        assertThat(second.incarnation()).isGreaterThan(first.incarnation());
    }

    @Test
    void oneThatWasRefusedMayJoinUnderAnotherName() {
        join(another(), info(Role.GATEWAY, "a"));
        NodeRegistry second = another();
        assertThatThrownBy(() -> join(second, info(Role.GATEWAY, "a")))
                .hasRootCauseInstanceOf(IllegalStateException.class);

        assertThat(join(second, info(Role.GATEWAY, "b")).slot()).isEqualTo(1);
    }

    @Test
    void aProcessJoinsOnce() {
        NodeRegistry a = another();
        join(a, info(Role.GATEWAY, "a"));

        assertThatThrownBy(() -> join(a, info(Role.GATEWAY, "b"))).hasRootCauseInstanceOf(IllegalStateException.class);
    }

    @Test
    void aNodeThatClosesIsGoneAtOnceAndItsSlotAndNameAreGivenAnewWithALargerIncarnation() {
        NodeRegistry a = another();
        NodeRegistry b = another();
        NodeId first = join(a, info(Role.GATEWAY, "a"));
        awaitSeen(b, first);

        a.close();

        assertThat(a.self()).isNull();
        await().atMost(PATIENCE).until(() -> !b.nodes().isLive(first.packed()));
        NodeId second = join(b, info(Role.GATEWAY, "a"));
        assertThat(second.slot()).isEqualTo(first.slot());
        assertThat(second.incarnation()).isGreaterThan(first.incarnation());
    }

    @Test
    void whatANodeTellsOfItselfReachesTheOthersWhenItChanges() {
        AtomicReference<NodeInfo> told = new AtomicReference<>(info(Role.GATEWAY, "a"));
        NodeRegistry a = another();
        NodeRegistry b = another();
        NodeId id = get(a.join(told::get, new Heard()));
        awaitSeen(b, id);

        NodeInfo later = new NodeInfo(
                Role.GATEWAY,
                "a",
                Map.of("ws", "ws://10.0.0.7:8080/v1/ws"),
                new Load(17, 0.25, 0.5, List.of("log: behind")),
                true);
        told.set(later);

        await().atMost(PATIENCE).until(() -> later.equals(b.nodes().live().get(id.packed())));
        assertThat(a.self()).isEqualTo(id);
    }

    @Test
    void aListenerHearsThePresentFirstAndEveryChangeOnceWithRisingRevisions() {
        NodeRegistry a = another();
        NodeRegistry b = another();
        NodeId first = join(a, info(Role.GATEWAY, "a"));
        awaitSeen(b, first);
        List<Nodes> heard = new CopyOnWriteArrayList<>();

        b.watch(heard::add);

        assertThat(heard).hasSize(1);
        assertThat(heard.get(0).isLive(first.packed())).isTrue();
        NodeId second = join(another(), info(Role.GATEWAY, "b"));
        await().atMost(PATIENCE).until(() -> heard.size() > 1);
        assertThat(heard.get(heard.size() - 1).live()).containsOnlyKeys(first.packed(), second.packed());
        assertThat(heard).extracting(Nodes::revision).doesNotHaveDuplicates().isSorted();
        assertThat(heard).extracting(Nodes::live).doesNotHaveDuplicates();
    }

    @Test
    void aNodeWhoseLeaseWasEndedIsToldAndComesBackAsAnother() {
        Heard heard = new Heard();
        NodeRegistry a = another();
        NodeRegistry b = another();
        NodeId first = get(a.join(() -> info(Role.GATEWAY, "a"), heard));
        awaitSeen(b, first);

        endLease(first);

        await().atMost(PATIENCE).until(() -> !heard.renewed.isEmpty());
        assertThat(heard.lapsed).containsExactly(first);
        NodeId second = heard.renewed.get(0);
        assertThat(second).isNotEqualTo(first);
        assertThat(second.incarnation()).isGreaterThan(first.incarnation());
        assertThat(a.self()).isEqualTo(second);
        awaitSeen(b, second);
        await().atMost(PATIENCE).until(() -> !b.nodes().isLive(first.packed()));
    }

    @Test
    void aNodeWhoseNameIsAnothersAfterALapseSaysSoUntilItHasItBack() {
        Heard heard = new Heard();
        NodeRegistry a = another();
        NodeInfo info = info(Role.GATEWAY, "a");
        NodeId first = get(a.join(() -> info, heard));
        await().atMost(PATIENCE).until(() -> a.failure() == null);

        Runnable takeAway = giveName(first, info);

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(a.failure()).isNotNull().contains("has the name"));
        assertThat(heard.lapsed).containsExactly(first);
        assertThat(a.self()).isNull();
        takeAway.run();
        await().atMost(PATIENCE).until(() -> !heard.renewed.isEmpty() && a.failure() == null);
    }

    /** Its renewal is a minute away. */
    @Test
    void whatANodeAnnouncesReachesTheOthersAtOnce() {
        Duration lease = Duration.ofMinutes(3);
        AtomicReference<NodeInfo> told = new AtomicReference<>(info(Role.GATEWAY, "a"));
        NodeRegistry a = opened(System::nanoTime, lease);
        NodeRegistry b = opened(System::nanoTime, lease);
        NodeId id = get(a.join(told::get, new Heard()));
        awaitSeen(b, id);

        NodeInfo draining = new NodeInfo(Role.GATEWAY, "a", Map.of(), Load.NONE, true);
        told.set(draining);
        a.announce();

        await().atMost(PATIENCE).until(() -> draining.equals(b.nodes().live().get(id.packed())));
        assertThat(a.self()).isEqualTo(id);
    }

    /** Its own clock tells it before any server can. */
    @Test
    void aProcessThatSleptPastItsLeaseIsNobodyUntilItHasAnother() {
        AtomicLong slept = new AtomicLong();
        Heard heard = new Heard();
        NodeRegistry a = opened(() -> System.nanoTime() + slept.get());
        NodeId first = get(a.join(() -> info(Role.GATEWAY, "a"), heard));

        slept.set(LEASE.plusSeconds(1).toNanos());

        NodeId now = a.self();
        assertThat(now).isNotEqualTo(first);
        await().atMost(PATIENCE).until(() -> !heard.renewed.isEmpty());
        assertThat(heard.lapsed).containsExactly(first);
        assertThat(a.self()).isEqualTo(heard.renewed.get(0)).isNotEqualTo(first);
    }

    protected final NodeRegistry another() {
        return opened(System::nanoTime);
    }

    protected final NodeRegistry opened(LongSupplier nanos) {
        return opened(nanos, LEASE);
    }

    private NodeRegistry opened(LongSupplier nanos, Duration lease) {
        NodeRegistry registry = open(nanos, lease);
        open.add(registry);
        return registry;
    }

    protected static NodeId join(NodeRegistry registry, NodeInfo info) {
        return get(registry.join(() -> info, new Heard()));
    }

    protected static NodeInfo info(Role role, String name) {
        return new NodeInfo(role, name, Map.of(), Load.NONE, false);
    }

    protected static void awaitSeen(NodeRegistry by, NodeId id) {
        await().atMost(PATIENCE).until(() -> by.nodes().isLive(id.packed()));
    }

    protected static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }

    /** What a node was told of its lease. */
    protected static final class Heard implements LeaseListener {
        public final List<NodeId> lapsed = new CopyOnWriteArrayList<>();
        public final List<NodeId> renewed = new CopyOnWriteArrayList<>();

        public Heard() {}

        @Override
        public void lapsed(NodeId id) {
            lapsed.add(id);
        }

        @Override
        public void renewed(NodeId id) {
            renewed.add(id);
        }
    }
}
