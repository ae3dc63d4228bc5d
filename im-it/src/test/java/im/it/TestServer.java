package im.it;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import im.client.WireFormat;
import im.gateway.session.PushLoss;
import im.protocol.v1.Hello;
import im.protocol.v1.Sync;
import im.protocol.v1.SyncPage;
import im.servers.Requirement;
import im.servers.Servers;
import im.testkit.client.RawClient;
import im.testkit.server.ClusterProcess;
import im.testkit.server.ClusterSpec;
import im.testkit.server.Deployment;
import im.testkit.server.Entrance;
import im.testkit.server.ServerProcess;
import im.testkit.server.ServerSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * One server for the tests of a class, started before the first and killed after the last; its log on a failure. The
 * tests that are tagged {@link #CONFORMANCE} run a second time with {@code -Dim.it.form=cluster}: then it is one cluster
 * for all tests of this JVM, and each connection goes to another of its gateways, unless a test names an
 * {@link #entrance}.
 */
final class TestServer implements BeforeAllCallback, AfterAllCallback, TestWatcher {
    /** What one server and a cluster promise alike. */
    static final String CONFORMANCE = "conformance";

    /** Messages are never pushed to a uid, or a group, that begins so, on a server that {@link #losesPushes} and on the cluster. */
    static final String DEAF = "deaf";

    /** Messages of a conversation that the cluster holds; more than any test sends that does not mean to. */
    private static final String CLUSTER_HOLDS = "1000";

    /** Of one group, and groups of one uid, on the cluster. */
    static final int MAX_MEMBERS = 50;

    static final int MAX_GROUPS = 20;

    /** Of a group in which it is told how far they are, on the cluster. */
    static final int RECEIPT_MEMBERS = 4;

    private static final boolean CLUSTER = "cluster".equals(System.getProperty("im.it.form"));

    private static @Nullable ClusterProcess cluster;

    private final @Nullable Path folder;
    private final @Nullable ServerProcess process;

    TestServer() {
        this(spec -> spec);
    }

    TestServer(UnaryOperator<ServerSpec> change) {
        Path own = newFolder();
        folder = own;
        process = ServerProcess.prepare(change.apply(ServerSpec.in(own)));
    }

    private TestServer(@Nullable Path folder, @Nullable ServerProcess process) {
        this.folder = folder;
        this.process = process;
    }

    /** For tests that are tagged {@link #CONFORMANCE}. */
    static TestServer ofEitherForm() {
        return ofEitherForm(spec -> spec);
    }

    /** @param change of the one server; what the cluster is set to is told in Welcome */
    static TestServer ofEitherForm(UnaryOperator<ServerSpec> change) {
        return CLUSTER ? new TestServer(null, null) : new TestServer(change);
    }

    static ServerSpec losesPushes(ServerSpec spec) {
        return spec.property(PushLoss.PROPERTY, "1").property(PushLoss.UIDS_PROPERTY, DEAF);
    }

    /** With the server API open to the keys of {@link ApiCalls}, as the cluster has it. */
    static ServerSpec withApi(ServerSpec spec) {
        ServerSpec open = spec;
        for (Map.Entry<String, String> api : ApiCalls.SETTINGS.entrySet()) {
            open = open.set(api.getKey(), api.getValue());
        }
        return open;
    }

    private static synchronized ClusterProcess cluster() {
        ClusterProcess running = cluster;
        if (running == null) {
            ClusterSpec spec = ClusterSpec.in(Servers.temporaryFolder("cluster"));
            for (Map.Entry<String, String> api : ApiCalls.SETTINGS.entrySet()) {
                spec = spec.set(api.getKey(), api.getValue());
            }
            running = ClusterProcess.start(spec.set("retention.messages", CLUSTER_HOLDS)
                    .set("session.handshake-timeout", "9s")
                    .set("presence.grace", "3s")
                    .set("groups.max-members", Integer.toString(MAX_MEMBERS))
                    .set("groups.max-groups-per-uid", Integer.toString(MAX_GROUPS))
                    .set("groups.receipt-members", Integer.toString(RECEIPT_MEMBERS))
                    .property(PushLoss.PROPERTY, "1")
                    .property(PushLoss.UIDS_PROPERTY, DEAF));
            cluster = running;
        }
        return running;
    }

    /** Whether it is the cluster. Where it promises less, a test says what. */
    boolean isCluster() {
        return process == null;
    }

    /** A folder for one server; {@link Servers#delete} takes it away. */
    static Path newFolder() {
        try {
            return Files.createTempDirectory("im-it");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        if (process == null) {
            assumeTrue(Requirement.cluster(), "Redis, etcd and Kafka are not all here");
        }
        if (!deployment().running()) {
            deployment().start();
        }
    }

    @Override
    public void testFailed(ExtensionContext context, Throwable cause) {
        System.out.println(context.getDisplayName() + " failed" + deployment().logTail());
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (process != null && folder != null) {
            process.close();
            Servers.delete(folder);
        }
    }

    /** Of the one server. */
    Path folder() {
        return Objects.requireNonNull(folder, "a cluster");
    }

    /** The one server; not of either form. */
    ServerProcess process() {
        return Objects.requireNonNull(process, "a cluster");
    }

    Deployment deployment() {
        return process == null ? cluster() : process;
    }

    /** The one server, or one of the gateways: for those who come back to the same. */
    Entrance entrance() {
        return deployment().entrances().get(0);
    }

    /** SIGKILL to what is behind the entrance, which comes back at once. */
    void crash(Entrance entrance) {
        if (process == null) {
            cluster().gateway(1 + cluster().entrances().indexOf(entrance)).kill();
        } else {
            process.kill9();
        }
        deployment().start();
    }

    URI url(Transport transport) {
        return transport.of(deployment());
    }

    String token(String uid) {
        return deployment().tokens().of(uid);
    }

    /** A raw client that is connected and welcomed over TCP. */
    RawClient raw(String uid, String device) throws IOException {
        return raw(Transport.TCP, uid, device);
    }

    RawClient raw(Transport transport, String uid, String device) throws IOException {
        return welcomed(transport, RawClient.hello(token(uid), device).build());
    }

    RawClient raw(Entrance entrance, Transport transport, String uid, String device) throws IOException {
        return RawClient.welcomed(
                () -> connect(transport, transport.of(entrance)),
                RawClient.hello(token(uid), device).build());
    }

    RawClient welcomed(Transport transport, Hello hello) throws IOException {
        return RawClient.welcomed(() -> connect(transport), hello);
    }

    /** A raw client that is connected and has said nothing. */
    RawClient connect(Transport transport) throws IOException {
        return connect(transport, url(transport));
    }

    private static RawClient connect(Transport transport, URI url) throws IOException {
        return transport.wire == WireFormat.JSON ? RawClient.connectJson(url) : RawClient.connect(url);
    }

    /**
     * The ids of what stands in the conversation with that peer, oldest first, {@code last} of which is sent already: waits
     * until it is there.
     */
    static List<String> standing(RawClient client, String peer, String last) {
        List<String> ids = new ArrayList<>();
        AtomicLong after = new AtomicLong();
        await().until(() -> {
            SyncPage page = client.page(peer, Sync.newBuilder().setAfter(after.get()));
            page.getPlacedList().forEach(placed -> ids.add(placed.getEnvelope().getMessageId()));
            after.set(Math.max(after.get(), page.getCompleteUpTo()));
            return ids.contains(last);
        });
        return ids;
    }

    /** A uid that no other test has. */
    static String uid(String name) {
        return name + "-" + UUID.randomUUID().toString().substring(0, 8);
    }

    static String messageId() {
        return UUID.randomUUID().toString();
    }
}
