package im.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.protocol.v1.Code;
import im.protocol.v1.Frame;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What close() waits for. */
@ExtendWith(LeakCheck.class)
class ClosingTest {
    private static final Duration LONG = Duration.ofSeconds(FakeGateway.WAIT_SECONDS);

    @Test
    void whatWasSentRightBeforeTheCloseIsSentAndAnswered() throws Exception {
        sentRightBeforeTheClose(new ClientFixture(FakeGateway.tcp(), b -> b.closeTimeout(LONG)));
    }

    @Test
    void withAStoreToo(@TempDir Path folder) throws Exception {
        sentRightBeforeTheClose(
                new ClientFixture(FakeGateway.tcp(), b -> b.closeTimeout(LONG).storeFolder(folder)));
    }

    /** The loop is busy while the send and the close come, as it may be at any time. */
    private static void sentRightBeforeTheClose(ClientFixture it) throws Exception {
        try (it) {
            FakePeer peer = it.connect();
            CountDownLatch busy = new CountDownLatch(1);
            CountDownLatch isBusy = new CountDownLatch(1);
            it.client.conversations(0, "").whenComplete((page, failure) -> {
                isBusy.countDown();
                awaitQuietly(busy);
            });
            Frame asked = peer.expect(Frame.BodyCase.HEADS);
            peer.say(Frame.newBuilder()
                    .setRef(asked.getRef())
                    .setHeadsPage(im.protocol.v1.HeadsPage.getDefaultInstance()));
            awaitQuietly(isBusy);

            CompletableFuture<SendOutcome> sent = it.client.send("bob", "last words");
            Thread closing = new Thread(it.client::close);
            closing.start();
            await().until(() -> closing.getState() == Thread.State.TIMED_WAITING);
            busy.countDown();

            peer.answer(peer.expectSend("last words", false), Code.OK);
            assertThat(ClientFixture.get(sent)).isInstanceOf(SendOutcome.Accepted.class);
            closing.join();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
