package im.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import im.servers.Requirement;
import im.testkit.client.RawClient;
import im.testkit.server.ClusterProcess;
import im.testkit.server.Deployment;
import im.testkit.server.ServerProcess;
import im.testkit.server.ServerSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Objects;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * One server for the tests of a class, started before the first and killed after the last; its log on a failure. The
 * tests of classes that are tagged {@link #CONFORMANCE} run a second time with {@code -Dim.it.form=cluster}: then it is
 * the cluster that all tests of this JVM share, and each connection goes to another of its gateways.
 */
final class TestServer implements BeforeAllCallback, AfterAllCallback, TestWatcher {
    /** What one server and a cluster promise alike. */
    static final String CONFORMANCE = "conformance";

    private static final boolean CLUSTER = "cluster".equals(System.getProperty("im.it.form"));

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

    /** Of a class that is tagged {@link #CONFORMANCE}. */
    static TestServer ofEitherForm() {
        return CLUSTER ? new TestServer(null, null) : new TestServer();
    }

    /** A folder for one server; {@link #delete} takes it away. */
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
        deployment().start();
    }

    @Override
    public void testFailed(ExtensionContext context, Throwable cause) {
        System.out.println(context.getDisplayName() + " failed" + deployment().logTail());
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        if (process != null && folder != null) {
            process.close();
            delete(folder);
        }
    }

    static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /** The one server; not of either form. */
    ServerProcess process() {
        return Objects.requireNonNull(process, "a cluster");
    }

    Deployment deployment() {
        return process == null ? ClusterProcess.shared() : process;
    }

    /** SIGKILL to what clients are connected to, which comes back at once. */
    void crash() {
        deployment().kill9();
        deployment().start();
    }

    URI url(Transport transport) {
        return transport.webSocket ? deployment().ws() : deployment().tcp();
    }

    String token(String uid) {
        return deployment().tokens().of(uid);
    }

    /** A raw client that is connected and welcomed over TCP. */
    RawClient raw(String uid, String device) throws IOException {
        return raw(Transport.TCP, uid, device);
    }

    RawClient raw(Transport transport, String uid, String device) throws IOException {
        RawClient client = connect(transport);
        client.handshake(RawClient.hello(token(uid), device).build());
        return client;
    }

    /** A raw client that is connected and has said nothing. */
    RawClient connect(Transport transport) throws IOException {
        return transport == Transport.JSON ? RawClient.connectJson(url(transport)) : RawClient.connect(url(transport));
    }

    /** A uid that no other test has. */
    static String uid(String name) {
        return name + "-" + UUID.randomUUID().toString().substring(0, 8);
    }

    static String messageId() {
        return UUID.randomUUID().toString();
    }
}
