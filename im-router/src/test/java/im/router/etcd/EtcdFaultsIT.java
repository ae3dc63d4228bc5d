package im.router.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import im.router.NodeId;
import im.router.NodeInfo;
import im.router.NodeInfo.Load;
import im.router.NodeInfo.Role;
import im.router.NodeRegistry.LeaseListener;
import im.servers.EtcdServer;
import im.servers.ServerOptions;
import im.servers.Servers;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** What happens when etcd is not as it should be; with a server of its own. */
@Tag("once")
@EnabledIf("im.servers.Requirement#etcd")
class EtcdFaultsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration LEASE = Duration.ofSeconds(12);
    /** Where a test waits for its end. */
    private static final Duration SHORT_LEASE = Duration.ofSeconds(6);
    /** Longer than a lease, so that all would have expired that nobody renews. */
    private static final Duration AWAY = LEASE.plusSeconds(2);

    @TempDir
    private static Path folder;

    private static EtcdServer server;

    private EtcdTestCluster cluster;
    private final Heard heard = new Heard();

    private static final class Heard implements LeaseListener {
        final List<NodeId> lapsed = new CopyOnWriteArrayList<>();
        final List<NodeId> renewed = new CopyOnWriteArrayList<>();

        @Override
        public void lapsed(NodeId id) {
            lapsed.add(id);
        }

        @Override
        public void renewed(NodeId id) {
            renewed.add(id);
        }
    }

    @BeforeAll
    static void start() {
        server = EtcdServer.start(folder, ServerOptions.defaults());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void open() {
        cluster = new EtcdTestCluster(server.address(), LEASE);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void whileEtcdIsGoneForLongerThanALeaseNobodyIsTakenForDeadAndAfterwardsNobodyHasLapsed() {
        EtcdNodeRegistry a = registry();
        EtcdNodeRegistry b = registry();
        NodeId idA = join(a, "a");
        NodeId idB = join(b, "b");
        awaitSeen(a, idB);
        awaitSeen(b, idA);

        server.kill();
        await().atMost(PATIENCE).until(() -> a.failure() != null && b.failure() != null);
        await().during(AWAY)
                .atMost(AWAY.plus(PATIENCE))
                .until(() -> a.nodes().isLive(idB.packed())
                        && b.nodes().isLive(idA.packed())
                        && idA.equals(a.self())
                        && idB.equals(b.self()));
        assertThat(a.failure()).contains("no lease renewal for");
        server.start();

        await().atMost(PATIENCE).until(() -> a.failure() == null && b.failure() == null);
        assertThat(a.self()).isEqualTo(idA);
        assertThat(heard.lapsed).isEmpty();
        NodeId idC = join(registry(), "c");
        awaitSeen(a, idC);
        awaitSeen(b, idC);
    }

    @Test
    void aLeaseThatWasRevokedWhileThisNodeCouldNotAskIsFoundOutAndAnotherIsTaken() {
        EtcdNodeRegistry a = registry();
        NodeId first = join(a, "a");
        EtcdConnection operator = cluster.operator();
        HeldLease held = a.held();
        assertThat(held).isNotNull();

        operator.await(client -> client.getLeaseClient().revoke(held.lease()));
        server.restart();

        await().atMost(PATIENCE).until(() -> !heard.renewed.isEmpty());
        assertThat(heard.lapsed).containsExactly(first);
        assertThat(a.self()).isEqualTo(heard.renewed.get(0)).isNotEqualTo(first);
    }

    @Test
    void anEtcdThatHangsIsAsGoodAsGone() {
        cluster = new EtcdTestCluster(server.address(), SHORT_LEASE);
        EtcdNodeRegistry a = registry();
        NodeId id = join(a, "a");
        awaitSeen(a, id);

        server.pause();
        try {
            await().atMost(PATIENCE).until(() -> a.failure() != null);
            assertThat(a.self()).isEqualTo(id);
            assertThat(a.nodes().isLive(id.packed())).isTrue();
        } finally {
            server.resume();
        }

        await().atMost(PATIENCE).until(() -> a.failure() == null);
    }

    @Test
    void aWatchSeesChangesAfterARestart() {
        EtcdNodeRegistry a = registry();
        EtcdNodeRegistry b = registry();
        awaitSeen(a, join(a, "a"));

        server.restart();

        NodeId idB = join(b, "b");
        awaitSeen(a, idB);
        b.close();
        await().atMost(PATIENCE).until(() -> !a.nodes().isLive(idB.packed()));
    }

    /** Its revisions begin anew, as those of one that was restored from a backup go back. */
    @Test
    void afterEtcdLostAllItsDataTheNodesComeBackAndSeeEachOther() {
        EtcdNodeRegistry a = registry();
        EtcdNodeRegistry b = registry();
        NodeId firstA = join(a, "a");
        awaitSeen(b, firstA);
        EtcdConnection operator = cluster.operator();
        for (int i = 0; i < 200; i++) {
            operator.await(client -> client.getKVClient().put(EtcdKeys.bytes("/other"), EtcdKeys.bytes("x")));
        }
        EtcdConnection other = cluster.connect();
        NodeId late = join(cluster.registry(other, 8, System::nanoTime), "late");
        awaitSeen(a, late);
        awaitSeen(b, late);
        other.close();

        server.kill();
        Servers.delete(folder.resolve("data"));
        server.start();

        await().atMost(PATIENCE).until(() -> a.self() != null && !firstA.equals(a.self()));
        NodeId secondA = Objects.requireNonNull(a.self());
        awaitSeen(b, secondA);
        await().atMost(PATIENCE).until(() -> !b.nodes().isLive(firstA.packed()));
        NodeId idB = join(b, "b");
        awaitSeen(a, idB);
    }

    @Test
    void aLostLeaseOfAnotherIsSeenWithinItsTime() {
        cluster = new EtcdTestCluster(server.address(), SHORT_LEASE);
        EtcdNodeRegistry a = registry();
        EtcdConnection etcd = cluster.connect();
        EtcdNodeRegistry b = cluster.registry(etcd, 8, System::nanoTime);
        NodeId idB = join(b, "b");
        awaitSeen(a, idB);

        etcd.close();

        await().atMost(PATIENCE).until(() -> !a.nodes().isLive(idB.packed()));
    }

    @Test
    void aCallWhileEtcdIsGoneFailsInTimeAndAfterAFewNobodyIsAsked() {
        EtcdConnection etcd = cluster.connect();
        server.kill();
        try {
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThatThrownBy(() ->
                                    get(etcd.call(client -> client.getKVClient().get(EtcdKeys.bytes("x")))))
                            .hasMessageContaining("not asked"));
        } finally {
            server.start();
        }
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> get(etcd.call(client -> client.getKVClient().get(EtcdKeys.bytes("x"))))
                        .getKvs()
                        .isEmpty());
    }

    @Test
    void whereNobodyListensTheStartSaysSo() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }

        assertThatThrownBy(() -> EtcdConnection.open(
                        EtcdConfig.of(URI.create("http://127.0.0.1:" + port)).withStartTimeout(Duration.ofSeconds(1))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("127.0.0.1:" + port)
                .hasMessageContaining("cannot be reached");
    }

    @Test
    void aUserThatTheServersDoNotKnowIsNamedAtStart() {
        assertThatThrownBy(() -> EtcdConnection.open(cluster.config().withUser("im", "secret")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("refuses user im")
                .hasMessageNotContaining("secret");
    }

    private EtcdNodeRegistry registry() {
        return cluster.registry(cluster.connect(), 8, System::nanoTime);
    }

    private NodeId join(EtcdNodeRegistry registry, String name) {
        return get(registry.join(() -> new NodeInfo(Role.GATEWAY, name, Map.of(), Load.NONE, false), heard));
    }

    private static void awaitSeen(EtcdNodeRegistry by, NodeId id) {
        await().atMost(PATIENCE).until(() -> by.nodes().isLive(id.packed()));
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }
}
