package im.client;

import static im.client.FakePeer.placed;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.Frame;
import im.protocol.v1.Frame.BodyCase;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How a connection is left: what was taken is acknowledged first, or nothing is said at all. */
class GoodbyeTest {

    @Test
    void aGoodbyeAcknowledgesWhatTheListenerHasReturnedFromAndNoMore() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        CountDownLatch second = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        try (ClientFixture it = new ClientFixture(
                FakeGateway.tcp(),
                builder -> builder.messageListener(message -> {
                    if (calls.incrementAndGet() == 2) {
                        second.countDown();
                        await(release);
                    }
                }))) {
            FakePeer peer = it.connect();
            peer.deliver("bob", placed(1, 0, "bob", "one"), placed(2, 1, "bob", "two"), placed(3, 2, "bob", "three"));
            await(second);

            CompletableFuture<Void> gone = it.client.disconnect();

            Frame ack = peer.expect(BodyCase.ACK);
            assertThat(ack.getAck().getCursors(0).getPosition()).isEqualTo(1);
            peer.expect(BodyCase.CLOSE);
            peer.hangUp();
            ClientFixture.get(gone);
            release.countDown();
        }
    }

    @Test
    void aDroppedConnectionSaysNothingAndTheClientComesBack() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp())) {
            FakePeer peer = it.connect();
            it.client.send("bob", "hi");
            peer.expectSend("hi", false);

            it.client.dropConnection();

            it.until(ConnectionState.WAITING);
            assertThat(peer.hasFrame()).isFalse();
            FakePeer again = it.reconnected();
            again.expectSend("hi", true);
            assertThat(it.client.stats().unknownSeen()).isEqualTo(1);
            assertThat(it.client.stats().reconnects()).isEqualTo(1);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(FakeGateway.WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
