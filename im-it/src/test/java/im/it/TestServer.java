package im.it;

import im.testkit.client.RawClient;
import im.testkit.server.ServerProcess;
import im.testkit.server.ServerSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/** One server for the tests of a class, started before the first and killed after the last; its log on a failure. */
final class TestServer implements BeforeAllCallback, AfterAllCallback, TestWatcher {
    private final Path folder;
    private final ServerProcess process;

    TestServer() {
        this(spec -> spec);
    }

    TestServer(UnaryOperator<ServerSpec> change) {
        folder = newFolder();
        process = ServerProcess.prepare(change.apply(ServerSpec.in(folder)));
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
        process.start();
    }

    @Override
    public void testFailed(ExtensionContext context, Throwable cause) {
        System.out.println(context.getDisplayName() + " failed" + process.logTail());
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        process.close();
        delete(folder);
    }

    static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    ServerProcess process() {
        return process;
    }

    URI url(Transport transport) {
        return transport.webSocket ? process.ws() : process.tcp();
    }

    String token(String uid) {
        return process.tokens().of(uid);
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
