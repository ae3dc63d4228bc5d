package im.client;

import static im.client.FakePeer.placed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import im.protocol.v1.Frame.BodyCase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Threads, slow and failing listeners, and the end of a client. */
@ExtendWith(LeakCheck.class)
class ClientThreadsTest {
    /** Only what never happens is waited for so long. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @Test
    void shutdownSettlesEverySendAndSaysGoodbye() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.webSocket())) {
            FakePeer peer = it.connect();
            CompletableFuture<SendOutcome> a = it.client.send("bob", "a");
            peer.expectSend("a", false);

            ClientFixture.get(it.client.shutdown());

            assertThat(ClientFixture.get(a)).isInstanceOf(SendOutcome.Unknown.class);
            assertThat(peer.expect(BodyCase.CLOSE).getClose().getCode()).isEqualTo(1000);
            assertThat(ClientFixture.get(it.client.send("bob", "b"))).isInstanceOf(SendOutcome.Rejected.class);
            assertThatThrownBy(() -> ClientFixture.get(it.client.connect().toCompletableFuture()))
                    .hasCauseInstanceOf(ImClientException.class);
            await().atMost(PATIENCE).until(() -> !peer.isOpen());
        }
    }

    @Test
    void aSlowListenerStopsTheReadingAndNothingIsDropped() throws Exception {
        int count = 6_000;
        CountDownLatch hold = new CountDownLatch(1);
        List<Long> seen = new CopyOnWriteArrayList<>();
        MessageListener slow = message -> {
            awaitQuietly(hold);
            seen.add(message.position());
        };
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp(), b -> b.messageListener(slow))) {
            it.client.connect();
            FakePeer peer = it.gateway.accept();
            peer.expect(BodyCase.HELLO);
            peer.say(FakePeer.welcome().setHeartbeatMs(3_000));
            peer.caughtUp();
            String text = "x".repeat(1_000);
            for (int position = 1; position <= count; position++) {
                peer.deliver("bob", placed(position, position - 1, "bob", text));
            }
            peer.mute();
            it.until(ConnectionState.LIVE);
            await().atMost(PATIENCE).until(() -> peer.pings() > 1);
            assertThat(it.client.state())
                    .as("silence while it does not read is no death")
                    .isEqualTo(ConnectionState.LIVE);
            assertThat(it.client.stats())
                    .returns(true, ClientMetrics::readingPaused)
                    .returns(1L, ClientMetrics::pauses);
            assertThat(it.client.stats().waitingCalls()).isGreaterThanOrEqualTo(Callbacks.FULL_MESSAGES / 2);

            hold.countDown();

            await().atMost(PATIENCE).until(() -> seen.size() == count);
            await().atMost(PATIENCE).until(() -> !it.client.stats().readingPaused());
            assertThat(seen).isSorted().doesNotHaveDuplicates();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aListenerThatFailsHasSeenItsMessage() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        MessageListener failing = message -> {
            calls.incrementAndGet();
            throw new IllegalStateException("from the test");
        };
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp(), b -> b.messageListener(failing))) {
            FakePeer peer = it.connect();

            peer.deliver("bob", placed(1, 0, "bob", "x"), placed(2, 1, "bob", "y"));

            assertThat(peer.expect(BodyCase.ACK).getAck().getCursors(0).getPosition())
                    .isEqualTo(2);
            assertThat(calls).hasValue(2);
        }
    }

    @Test
    void closedResourcesRejectSendsAndLetTheClientClose() throws Exception {
        ImClientResources resources = ImClientResources.create(1);
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp(), b -> b.resources(resources))) {
            it.connect();
            resources.close();

            assertThat(ClientFixture.get(it.client.send("bob", "a"))).isInstanceOf(SendOutcome.Rejected.class);
        }
    }

    @Test
    void twoHundredClientsShareOneLoopAndOneCallbackThread() throws Exception {
        int count = 200;
        AtomicInteger seen = new AtomicInteger();
        List<ImClient> clients = new ArrayList<>();
        try (ImClientResources resources = ImClientResources.create(1);
                FakeGateway gateway = FakeGateway.tcp()) {
            for (int i = 0; i < count; i++) {
                ImClient client = ImClient.builder()
                        .endpoint(gateway.uri())
                        .token("secret")
                        .resources(resources)
                        .messageListener(message -> seen.incrementAndGet())
                        .build();
                clients.add(client);
                client.connect();
            }
            for (int i = 0; i < count; i++) {
                FakePeer peer = gateway.accept();
                peer.greet();
                peer.deliver("bob", placed(1, 0, "bob", "x"));
            }
            await().atMost(PATIENCE).until(() -> seen.get() == count);

            assertThat(Thread.getAllStackTraces().keySet().stream()
                            .filter(thread -> thread.getName().startsWith("im-client"))
                            .count())
                    .isLessThanOrEqualTo(2);
            CompletableFuture.allOf(clients.stream().map(ImClient::shutdown).toArray(CompletableFuture[]::new))
                    .get(FakeGateway.WAIT_SECONDS, TimeUnit.SECONDS);
        }
    }
}
