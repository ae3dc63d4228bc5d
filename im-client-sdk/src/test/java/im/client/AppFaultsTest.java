package im.client;

import static im.client.FakePeer.placed;
import static org.assertj.core.api.Assertions.assertThat;

import im.client.store.ClientStore;
import im.client.store.StoreUpdate;
import im.client.store.StoredState;
import im.protocol.v1.Code;
import im.protocol.v1.Frame;
import im.protocol.v1.Frame.BodyCase;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** An app whose listeners, executors, stores and suppliers do what they should not. */
@ExtendWith(LeakCheck.class)
class AppFaultsTest {

    @Test
    void aListenerThatThrowsAnErrorIsStillGivenTheMessagesBehindIt() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        MessageListener failing = message -> {
            calls.incrementAndGet();
            throw new AssertionError("from the test");
        };
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp(), b -> b.messageListener(failing))) {
            FakePeer peer = it.connect();

            peer.deliver("bob", placed(1, 0, "bob", "x"), placed(2, 1, "bob", "y"), placed(3, 2, "bob", "z"));

            assertThat(peer.expect(BodyCase.ACK).getAck().getCursors(0).getPosition())
                    .isEqualTo(3);
            assertThat(calls).hasValue(3);
        }
    }

    @Test
    void whatAnExecutorRefusedOnceIsCalledBackWithoutAnotherMessage() throws Exception {
        AtomicInteger offers = new AtomicInteger();
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try (ClientFixture it = new ClientFixture(
                FakeGateway.tcp(),
                b -> b.callbackExecutor(task -> {
                    int offer = offers.incrementAndGet();
                    if (offer == 1) {
                        throw new RejectedExecutionException("from the test");
                    } else if (offer == 2) {
                        throw new IllegalStateException("from the test");
                    }
                    threads.execute(task);
                }))) {
            it.client.connect();
            FakePeer peer = it.gateway.accept();

            it.until(ConnectionState.CONNECTING);
            peer.greet();
            it.until(ConnectionState.LIVE);
        } finally {
            threads.shutdownNow();
        }
    }

    /** A client of its own has one thread for listeners; finding the gateway's address must not need it. */
    @Test
    void aListenerThatWaitsForAnOutcomeDoesNotKeepTheClientFromComingBack() throws Exception {
        CompletableFuture<SendOutcome> outcome = new CompletableFuture<>();
        CompletableFuture<ImClient> client = new CompletableFuture<>();
        MessageListener answering =
                message -> outcome.complete(client.join().blocking().send("bob", "answer"));
        try (FakeGateway gateway = FakeGateway.tcp();
                ImClient made = ImClient.builder()
                        .endpoint(URI.create("tcp://localhost:" + gateway.uri().getPort()))
                        .token("secret")
                        .messageListener(answering)
                        .build()) {
            client.complete(made);
            made.connect();
            FakePeer peer = gateway.accept();
            peer.greet();
            peer.deliver("bob", placed(1, 0, "bob", "question"));
            peer.expectSend("answer", false);

            peer.hangUp();

            FakePeer again = gateway.accept();
            again.greet();
            again.answer(again.expectSend("answer", true), Code.OK);
            assertThat(ClientFixture.get(outcome)).isInstanceOf(SendOutcome.Accepted.class);
        }
    }

    @Test
    void aStoreThatThrowsAnErrorEndsTheClientLikeOneThatFails() throws Exception {
        ClientStore broken = new ClientStore() {
            @Override
            public StoredState load() {
                return StoredState.EMPTY;
            }

            @Override
            public void save(StoreUpdate update) {
                throw new AssertionError("from the test");
            }

            @Override
            public void close() {}
        };
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp(), b -> b.store(broken))) {
            CompletableFuture<SendOutcome> sent = it.client.send("bob", "a");

            assertThat(ClientFixture.get(sent)).isInstanceOf(SendOutcome.Rejected.class);
        }
    }

    @Test
    void aSupplierThatGivesNoStageIsAskedAgain() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        try (ClientFixture it = new ClientFixture(
                FakeGateway.tcp(),
                b -> b.tokenSupplier(
                        () -> asked.incrementAndGet() == 1 ? none() : CompletableFuture.completedStage("secret")))) {
            it.client.connect();

            assertThat(it.until(ConnectionState.WAITING).reason()).startsWith("no token: ");
            it.reconnected();
        }
    }

    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    private static <T> T none() {
        return null;
    }

    @Test
    void questionsFailWithTheClientsOwnExceptionAlsoWhereNobodyUnwrapsIt() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp())) {
            FakePeer peer = it.connect();
            CompletableFuture<Throwable> failure = new CompletableFuture<>();
            it.client.conversations(0, "").whenComplete((page, thrown) -> failure.complete(thrown));
            peer.expect(BodyCase.HEADS);

            peer.hangUp();

            assertThat(ClientFixture.get(failure)).isInstanceOf(ImClientException.class);
        }
    }

    @Test
    void aTransientMessageThatWasNotWrittenIsRejectedAndNotUnknown() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp())) {
            FakePeer peer = it.connect();
            for (int i = 0; i < Requests.MAX_OPEN; i++) {
                it.client.sendTransient(OutgoingMessage.text("bob", "typing"));
            }

            CompletableFuture<SendOutcome> last = it.client.sendTransient(OutgoingMessage.text("bob", "typing"));

            assertThat(ClientFixture.get(last)).isInstanceOf(SendOutcome.Rejected.class);
            CompletableFuture<SendOutcome> refused = it.client.sendTransient(OutgoingMessage.text("bob", "typing"));
            assertThat(ClientFixture.get(refused)).isInstanceOf(SendOutcome.Rejected.class);
            Frame written = peer.expectSend("typing", false);
            assertThat(written.getSend().getTransient()).isTrue();
        }
    }
}
