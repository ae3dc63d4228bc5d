package im.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import im.protocol.v1.Code;
import im.protocol.v1.Deliver;
import im.protocol.v1.Frame;
import im.protocol.v1.Frame.BodyCase;
import im.protocol.v1.Heads;
import im.protocol.v1.HeadsPage;
import im.protocol.v1.Placed;
import im.testkit.client.RawClient;
import im.testkit.server.ServerProcess;
import im.testkit.server.ServerSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client that was written from docs/protocol.md in another language, against a real server. */
class PythonClientIT {
    @TempDir
    Path folder;

    private static boolean hasPython() throws InterruptedException {
        try {
            return new ProcessBuilder("python3", "-c", "import sys; sys.exit(sys.version_info < (3, 8))")
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** The next texts, in as many frames as they come. */
    private static List<String> next(RawClient bob, int count) throws IOException {
        List<String> texts = new ArrayList<>();
        while (texts.size() < count) {
            Deliver deliver = bob.await(BodyCase.DELIVER).getDeliver();
            for (Placed placed : deliver.getPlacedList()) {
                texts.add(placed.getEnvelope().getText());
                bob.ack("ann", placed.getPosition());
            }
        }
        return texts;
    }

    private static RawClient bob(ServerProcess server) throws IOException {
        return RawClient.welcomed(server.ws(), server.tokens().of("bob"), "phone");
    }

    @Test
    void itSendsReceivesAcknowledgesAndComesBackAfterTheServerWasKilled() throws Exception {
        assumeTrue(hasPython(), "python3 of 3.8 or newer is not on the PATH");
        Path heard = folder.resolve("heard.txt");
        try (ServerProcess server = ServerProcess.start(ServerSpec.in(folder.resolve("data")))) {
            Process python = new ProcessBuilder(
                            "python3",
                            Path.of(System.getProperty("im.home"), "examples", "python", "chat.py")
                                    .toString(),
                            server.ws().toString(),
                            server.tokens().of("ann"),
                            "bob")
                    .redirectOutput(heard.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (OutputStream keys = python.getOutputStream()) {
                exchange(server, keys, heard);

                server.kill9();
                type(keys, "typed while nobody was there\nand one more\n");
                server.start();

                try (RawClient bob = bob(server)) {
                    assertThat(next(bob, 2)).containsExactly("typed while nobody was there", "and one more");
                }
                String all = "ann: Grüße 👋\nann: \nbob: hello\nann: typed while nobody was there\nann: and one more\n";
                await().untilAsserted(() -> assertThat(Files.readString(heard)).isEqualTo(all));
                assertThat(python.isAlive()).isTrue();
            } finally {
                python.destroyForcibly().waitFor();
            }
        }
    }

    @Test
    void thirtyLinesOfItSendReceiveAndAcknowledge() throws Exception {
        assumeTrue(hasPython(), "python3 of 3.8 or newer is not on the PATH");
        Path heard = folder.resolve("heard.txt");
        try (ServerProcess server = ServerProcess.start(ServerSpec.in(folder.resolve("data")));
                RawClient bob = bob(server)) {
            Process python = new ProcessBuilder(
                            "python3",
                            Path.of(System.getProperty("im.home"), "examples", "python", "hello.py")
                                    .toString(),
                            server.ws().getAuthority(),
                            server.tokens().of("ann"),
                            "bob",
                            "hello from thirty lines")
                    .redirectOutput(heard.toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try {
                assertThat(next(bob, 1)).containsExactly("hello from thirty lines");
                bob.sendAndAwait(bob.text(TestServer.messageId(), "ann", "good morning"));
                await().untilAsserted(() -> assertThat(Files.readString(heard))
                        .isEqualTo("ann: hello from thirty lines\nbob: good morning\n"));
                await().until(() -> annHasAll(bob));
            } finally {
                python.destroyForcibly().waitFor();
            }
        }
    }

    /** What ann's device acknowledged is the head. */
    private static boolean annHasAll(RawClient bob) throws IOException {
        bob.send(Frame.newBuilder()
                .setRef(bob.nextRef())
                .setHeads(Heads.getDefaultInstance())
                .build());
        HeadsPage.Head head = bob.await(BodyCase.HEADS_PAGE).getHeadsPage().getHeads(0);
        return head.getPeerDelivered() == head.getHead();
    }

    private static void exchange(ServerProcess server, OutputStream keys, Path heard) throws IOException {
        try (RawClient bob = bob(server)) {
            type(keys, "Grüße 👋\n\n");
            assertThat(next(bob, 2)).containsExactly("Grüße 👋", "");
            assertThat(bob.sendAndAwait(bob.text(TestServer.messageId(), "ann", "hello"))
                            .getCode())
                    .isEqualTo(Code.OK);
            assertThat(next(bob, 1)).containsExactly("hello");
            await().untilAsserted(() -> assertThat(Files.readString(heard)).endsWith("bob: hello\n"));
        }
    }

    private static void type(OutputStream keys, String text) throws IOException {
        keys.write(text.getBytes(StandardCharsets.UTF_8));
        keys.flush();
    }
}
