package im.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import im.protocol.v1.Code;
import im.protocol.v1.Frame;
import java.io.File;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A client that speaks JSON, and one that could not. */
@ExtendWith(LeakCheck.class)
class JsonWireTest {

    private static ClientFixture json() {
        return new ClientFixture(FakeGateway.json(), builder -> builder.wire(WireFormat.JSON));
    }

    @Test
    void itSendsAndReceivesInTextMessages() throws Exception {
        try (ClientFixture it = json()) {
            FakePeer peer = it.connect();

            CompletableFuture<SendOutcome> outcome = it.client.send("bob", "Grüße \ud83d\ude00");
            Frame send = peer.expectSend("Grüße \ud83d\ude00", false);
            peer.answer(send, Code.OK);
            peer.deliver("bob", FakePeer.placed(5, 0, "bob", "世界"));

            assertThat(ClientFixture.get(outcome)).isInstanceOf(SendOutcome.Accepted.class);
            assertThat(it.message().text()).isEqualTo("世界");
        }
    }

    @Test
    void aTextThatNeedsMoreRoomThanAFrameHasIsRejectedAndTheNextGoesOut() throws Exception {
        try (ClientFixture it = json()) {
            FakePeer peer = it.connectWithPayloadsOf(64 * 1024);

            CompletableFuture<SendOutcome> outcome = it.client.send("bob", "\u0001".repeat(64 * 1024));
            CompletableFuture<SendOutcome> next = it.client.send("bob", "next");

            assertThat(ClientFixture.get(outcome))
                    .isInstanceOfSatisfying(
                            SendOutcome.Rejected.class,
                            rejected -> assertThat(rejected.code()).isEqualTo(ErrorCode.TOO_LARGE));
            // D38: what was sent behind the one that failed goes again, marked first.
            peer.expectSend("next", false);
            peer.answer(peer.expectSend("next", true), Code.OK);
            assertThat(ClientFixture.get(next)).isInstanceOf(SendOutcome.Accepted.class);
            assertThat(peer.isOpen()).isTrue();
        }
    }

    @Test
    void tcpHasNoJson() {
        ImClient.Builder builder = ImClient.builder()
                .endpoint(URI.create("tcp://127.0.0.1:9000"))
                .token("t")
                .wire(WireFormat.JSON);

        assertThatIllegalArgumentException().isThrownBy(builder::build).withMessageContaining("tcp://127.0.0.1:9000");
    }

    /** A process of its own, because natives are loaded once. */
    @Test
    void withoutItsLibraryOnlyJsonIsMissing() throws Exception {
        String path = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("jackson"))
                .collect(Collectors.joining(File.pathSeparator));
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();

        Process process = new ProcessBuilder(java, "-cp", path, WithoutJackson.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo("PROTO built\n"
                            + "wire: JSON, expected tools.jackson.core:jackson-core on the class path\n");
            assertThat(process.waitFor()).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    /** An app that has not brought the library for JSON. */
    static final class WithoutJackson {
        private WithoutJackson() {}

        public static void main(String[] arguments) {
            ImClient.Builder builder = ImClient.builder()
                    .endpoint(URI.create("ws://127.0.0.1:1/v1/ws"))
                    .token("t");
            builder.build().close();
            System.out.print("PROTO built\n");
            try {
                builder.wire(WireFormat.JSON).build().close();
            } catch (IllegalStateException e) {
                System.out.print(e.getMessage() + "\n");
            }
        }
    }
}
