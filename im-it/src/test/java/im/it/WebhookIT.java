package im.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.protocol.v1.Code;
import im.protocol.v1.SendResult;
import im.protocol.v1.Sync;
import im.servers.Servers;
import im.testkit.client.RawClient;
import im.testkit.server.AdminPages;
import im.testkit.server.ServerProcess;
import im.testkit.server.ServerSpec;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A real server whose webhooks go to a receiver in this test. */
class WebhookIT {
    private static final HookReceiver RECEIVER = new HookReceiver();

    @RegisterExtension
    static final TestServer SERVER = new TestServer(spec -> spec.set("webhooks.url", RECEIVER.url())
            .set("webhooks.secret", "hush")
            .set("webhooks.events", "before-send,after-accept,connected,disconnected,went-offline")
            // Whoever is slow over an event gets it once more, over a message is taken for silent.
            .set("webhooks.timeout", "60s")
            .set("webhooks.before-send-timeout", "10s")
            .set("webhooks.offline-after", "100ms"));

    private final String ann = TestServer.uid("ann");
    private final String bob = TestServer.uid("bob");

    @AfterAll
    static void stop() {
        RECEIVER.close();
    }

    @Test
    void theAppHearsOfASessionFromItsBeginToItsEndAndDecidesAboutItsMessages() throws IOException {
        RawClient client = SERVER.raw(ann, "phone");
        assertThat(send(client, "fine").getCode()).isEqualTo(Code.OK);
        SendResult refused = send(client, "refuse");
        assertThat(refused.getCode()).isEqualTo(Code.FORBIDDEN);
        assertThat(refused.getText()).isEqualTo("not here");
        assertThat(send(client, "rewrite").getCode()).isEqualTo(Code.OK);
        assertThat(send(client, "silence").getCode()).isEqualTo(Code.UNAVAILABLE);
        assertThat(client.page(bob, Sync.newBuilder()).getPlacedList())
                .extracting(placed -> placed.getEnvelope().getText())
                .containsExactly("fine", "rewritten");
        client.close();

        await().until(() -> RECEIVER.of("went-offline", "uid", ann).size() == 1);
        assertThat(RECEIVER.of("connected", "device", ann)).containsExactly("phone");
        assertThat(RECEIVER.of("disconnected", "reason", ann)).containsExactly("peer");
        assertThat(RECEIVER.texts("after-accept", ann)).containsExactly("fine", "rewritten");
    }

    @Test
    void aReceiverThatIsDownIsToldToOperatorsAndCostsNobodyAConnection() throws IOException {
        HookReceiver gone = new HookReceiver();
        gone.close();
        Path folder = TestServer.newFolder();
        try (ServerProcess server = ServerProcess.start(ServerSpec.in(folder)
                .set("webhooks.url", gone.url())
                .set("webhooks.secret", "hush")
                .set("webhooks.events", "before-send")
                .set("webhooks.before-send-on-failure", "allow"))) {
            RawClient client = RawClient.welcomed(server.tcp(), server.tokens().of(ann), "phone");
            for (int i = 0; i < 20; i++) {
                assertThat(send(client, "m" + i).getCode()).isEqualTo(Code.OK);
            }

            AdminPages.Page ready = server.adminPages().ready();
            assertThat(ready.status()).isEqualTo(200);
            assertThat(ready.text()).contains("degraded", "\"webhooks\":\"the receiver of webhooks fails\"");

            client.close();
        } finally {
            Servers.delete(folder);
        }
    }

    private SendResult send(RawClient client, String text) throws IOException {
        return client.sendAndAwait(client.text(TestServer.messageId(), bob, text, true));
    }
}
