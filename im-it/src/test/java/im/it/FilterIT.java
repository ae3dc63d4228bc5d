package im.it;

import static im.testkit.Patience.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.protocol.v1.Code;
import im.protocol.v1.SendResult;
import im.protocol.v1.Sync;
import im.servers.Servers;
import im.testkit.client.RawClient;
import im.testkit.server.ServerProcess;
import im.testkit.server.ServerSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The interceptor of examples/filter, as a jar in the folder of a real server. */
class FilterIT {
    private static final Path FOLDER = TestServer.newFolder();

    @RegisterExtension
    static final TestServer SERVER = new TestServer(spec -> filtered(spec, "filter.messages-per-minute=3"));

    private final String ann = TestServer.uid("ann");
    private final String bob = TestServer.uid("bob");

    @AfterAll
    static void delete() {
        Servers.delete(FOLDER);
    }

    private static ServerSpec filtered(ServerSpec spec, String more) {
        try {
            Path settings = Files.writeString(
                    Files.createTempFile(FOLDER, "filter", ".properties"),
                    "filter.masked-words=bloody\nfilter.refused-words=spam\n" + more + "\n");
            Path jars = Files.createDirectories(FOLDER.resolve("jars"));
            jar(Path.of(System.getProperty("im.home"), "examples/filter/target/classes"), jars.resolve("filter.jar"));
            return spec.set("interceptors.folder", jars.toString())
                    .set("interceptors.properties-file", settings.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void jar(Path classes, Path jar) throws IOException {
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file);
                Stream<Path> all = Files.walk(classes)) {
            for (Path each : all.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(classes.relativize(each).toString()));
                Files.copy(each, out);
            }
        }
    }

    @Test
    void messagesAreMaskedRefusedAndHeldToARate() throws IOException {
        RawClient client = SERVER.raw(ann, "d");
        String masked = TestServer.messageId();

        assertThat(send(client, masked, "what a bloody day").getCode()).isEqualTo(Code.OK);
        assertThat(send(client, masked, "what a bloody day").getCode())
                .as("the same message again")
                .isEqualTo(Code.OK);
        assertThat(send(client, masked, "another").getCode()).isEqualTo(Code.CONFLICT);
        assertThat(send(client, TestServer.messageId(), "spam").getCode()).isEqualTo(Code.FORBIDDEN);
        assertThat(send(client, TestServer.messageId(), "two").getCode()).isEqualTo(Code.OK);
        assertThat(send(client, TestServer.messageId(), "three").getCode()).isEqualTo(Code.OK);
        SendResult fourth = send(client, TestServer.messageId(), "four");
        assertThat(fourth.getCode()).isEqualTo(Code.RATE_LIMITED);
        assertThat(fourth.getRetryAfterMs()).isBetween(1, 60_001);

        assertThat(client.page(bob, Sync.newBuilder()).getPlacedList())
                .extracting(placed -> placed.getEnvelope().getText())
                .containsExactly("what a ****** day", "two", "three");
        client.close();
    }

    private SendResult send(RawClient client, String id, String text) throws IOException {
        return client.sendAndAwait(client.text(id, bob, text, true));
    }

    @Test
    void aServerDoesNotStartWithASettingThatIsWrong() {
        Path own = TestServer.newFolder();
        try (ServerProcess server =
                ServerProcess.prepare(filtered(ServerSpec.in(own), "filter.messages-per-minute=x"))) {
            assertThatThrownBy(server::start).hasMessageContaining("interceptors: filter.messages-per-minute is \"x\"");
            assertThat(server.waitForExit(PATIENCE)).isEqualTo(4);
        } finally {
            Servers.delete(own);
        }
    }
}
