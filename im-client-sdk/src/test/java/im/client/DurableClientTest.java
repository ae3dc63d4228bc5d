package im.client;

import static im.client.FakePeer.placed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import im.client.store.ClientStore;
import im.client.store.FileStore;
import im.client.store.StoreUpdate;
import im.client.store.StoredSend;
import im.client.store.StoredState;
import im.protocol.v1.Code;
import im.protocol.v1.Frame;
import im.protocol.v1.Frame.BodyCase;
import im.protocol.v1.Hello;
import im.protocol.v1.Resume;
import im.protocol.v1.SyncPage;
import im.protocol.v1.Welcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A device that keeps its cursors and sends, over several runs of its app. */
@ExtendWith(LeakCheck.class)
class DurableClientTest {
    @TempDir
    Path folder;

    private final BlockingQueue<SendOutcome> outcomes = new LinkedBlockingQueue<>();

    private ClientFixture run() throws Exception {
        return run(builder -> builder);
    }

    private ClientFixture run(UnaryOperator<ImClient.Builder> settings) throws Exception {
        return new ClientFixture(
                FakeGateway.tcp(),
                builder -> settings.apply(
                        builder.storeFolder(folder).outcomeListener((peer, outcome) -> outcomes.add(outcome))));
    }

    /** Welcomes the client as a device never seen before. */
    private static FakePeer firstWelcome(ClientFixture it) throws Exception {
        CompletableFuture<Void> connected = it.client.connect().toCompletableFuture();
        FakePeer peer = it.gateway.accept();
        peer.expect(BodyCase.HELLO);
        peer.say(FakePeer.welcome().setNewDevice(true));
        peer.caughtUp();
        ClientFixture.get(connected);
        return peer;
    }

    /** Ends the run as a crash would: nothing is said and nothing waited for, but the files are whole. */
    private static void crash(ClientFixture it) throws Exception {
        it.client.dropConnection();
        ClientFixture.get(it.client.shutdown());
        it.close();
    }

    private SendOutcome outcome() throws InterruptedException {
        SendOutcome outcome = outcomes.poll(FakeGateway.WAIT_SECONDS, TimeUnit.SECONDS);
        assertThat(outcome).as("an outcome").isNotNull();
        return outcome;
    }

    @Test
    void theNextRunIsTheSameDeviceAndGoesOnAtItsCursors() throws Exception {
        String device;
        long attempt;
        try (ClientFixture it = run()) {
            device = it.client.device();
            FakePeer peer = firstWelcome(it);
            peer.deliver("bob", placed(3, 0, "bob", "x"));
            it.texts(1);
            peer.expect(BodyCase.ACK);
        }
        try (ClientFixture it = run()) {
            it.client.connect();
            FakePeer peer = it.gateway.accept();
            Hello hello = peer.expect(BodyCase.HELLO).getHello();
            assertThat(hello.getDevice()).isEqualTo(device).isEqualTo(it.client.device());
            assertThat(hello.getLogId()).isEqualTo(FakePeer.LOG);
            assertThat(hello.getClientCursors()).isTrue();
            attempt = hello.getAttempt();
            peer.say(FakePeer.welcome());
            Resume resume = peer.expect(BodyCase.RESUME).getResume();
            assertThat(resume.getCursorsList()).hasSize(1);
            assertThat(resume.getCursors(0).getPosition()).isEqualTo(3);
            peer.deliver("bob", placed(3, 0, "bob", "x"), placed(4, 3, "bob", "y"));
            assertThat(it.texts(1))
                    .as("acknowledged is never called back again")
                    .containsExactly("y");
        }
        try (ClientFixture it = run()) {
            it.client.connect();
            assertThat(it.gateway.accept().expect(BodyCase.HELLO).getHello().getAttempt())
                    .isGreaterThan(attempt);
        }
    }

    @Test
    void whatWasShownAndNotAcknowledgedComesAgainInTheNextRunMarked() throws Exception {
        try (ClientFixture it = run(ImClient.Builder::manualAcknowledgement)) {
            FakePeer peer = firstWelcome(it);
            peer.deliver("bob", placed(1, 0, "bob", "a"), placed(2, 1, "bob", "b"));
            it.message().acknowledge();
            assertThat(it.message().redelivered()).isFalse();
            assertThat(peer.expect(BodyCase.ACK).getAck().getCursors(0).getPosition())
                    .isEqualTo(1);
            crash(it);
        }
        try (ClientFixture it = run(ImClient.Builder::manualAcknowledgement)) {
            it.client.connect();
            FakePeer peer = it.gateway.accept();
            peer.expect(BodyCase.HELLO);
            peer.say(FakePeer.welcome());
            assertThat(peer.expect(BodyCase.RESUME).getResume().getCursors(0).getPosition())
                    .isEqualTo(1);
            peer.deliver("bob", placed(2, 1, "bob", "b"), placed(3, 2, "bob", "c"));

            assertThat(it.message()).returns("b", ReceivedMessage::text).returns(true, ReceivedMessage::redelivered);
            assertThat(it.message()).returns("c", ReceivedMessage::text).returns(false, ReceivedMessage::redelivered);
        }
    }

    @Test
    void manualAcknowledgementIsCumulativeAndInOneRunNothingIsShownTwice() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp(), ImClient.Builder::manualAcknowledgement)) {
            FakePeer peer = it.connect();
            peer.deliver("bob", placed(1, 0, "bob", "a"), placed(2, 1, "bob", "b"), placed(3, 2, "bob", "c"));
            it.message();
            ReceivedMessage second = it.message();
            it.message();
            second.acknowledge();
            assertThat(peer.expect(BodyCase.ACK).getAck().getCursors(0).getPosition())
                    .isEqualTo(2);
            peer.hangUp();

            FakePeer again = it.reconnected();
            again.deliver("bob", placed(2, 1, "bob", "b"), placed(3, 2, "bob", "c"), placed(4, 3, "bob", "d"));

            assertThat(it.texts(1)).containsExactly("d");
        }
    }

    @Test
    void aSendWithoutAnAnswerGoesOutAgainInTheNextRunWithTheSameIdAndItsOutcomeIsTold() throws Exception {
        String id;
        try (ClientFixture it = run()) {
            FakePeer peer = firstWelcome(it);
            CompletableFuture<SendOutcome> sent = it.client.send("bob", "hi");
            it.client.send("bob", "ho");
            id = peer.expectSend("hi", false).getSend().getMessageId();
            crash(it);
            assertThat(ClientFixture.get(sent)).isInstanceOf(SendOutcome.Unknown.class);
        }
        try (ClientFixture it = run()) {
            FakePeer peer = it.connect();
            Frame again = peer.expectSend("hi", true);
            assertThat(again.getSend().getMessageId()).isEqualTo(id);
            peer.answer(again, Code.OK);
            peer.answer(peer.expectSend("ho", false), Code.OK);
            assertThat(outcome())
                    .isInstanceOfSatisfying(
                            SendOutcome.Accepted.class,
                            accepted -> assertThat(accepted.messageId()).isEqualTo(id));
            outcome();
        }
        try (ClientFixture it = run()) {
            FakePeer peer = it.connect();
            CompletableFuture<SendOutcome> next = it.client.send("bob", "next");
            peer.answer(peer.expectSend("next", false), Code.OK);
            ClientFixture.get(next);
            assertThat(outcomes).isEmpty();
        }
    }

    @Test
    void aSendMadeWithoutAConnectionIsSentByTheNextRunHoweverLate() throws Exception {
        try (ClientFixture it = run()) {
            it.client.send("bob", "hi");
            crash(it);
        }
        try (ClientFixture it = run()) {
            it.client.connect();
            FakePeer peer = it.gateway.accept();
            peer.expect(BodyCase.HELLO);
            Welcome.Builder welcome = FakePeer.welcome();
            welcome.getLimitsBuilder().setDedupeMs(2);
            peer.say(welcome);
            Frame send = peer.expectSend("hi", false);
            assertThat(openSends())
                    .as("from now on it may be in the log")
                    .allSatisfy(stored -> assertThat(stored.triedMillis()).isPositive());
            peer.answer(send, Code.OK);
            assertThat(outcome()).isInstanceOf(SendOutcome.Accepted.class);
        }
    }

    @Test
    void aSendOlderThanTheDedupeWindowIsSettledByItsConversationsHead_D12() throws Exception {
        Frame sent;
        try (ClientFixture it = run()) {
            FakePeer peer = firstWelcome(it);
            it.client.send("bob", "hi");
            sent = peer.expectSend("hi", false);
            it.client.send("cid", "ho");
            peer.expectSend("ho", false);
            crash(it);
        }
        makeOlder();
        try (ClientFixture it = run()) {
            FakePeer peer = it.connect();
            for (int i = 0; i < 2; i++) {
                Frame sync = peer.expect(BodyCase.SYNC);
                SyncPage.Builder page =
                        SyncPage.newBuilder().setConversation(sync.getSync().getConversation());
                if (sync.getSync().getConversation().getPeer().equals("bob")) {
                    page.setCompleteUpTo(5)
                            .addPlaced(placed(
                                    5, 0, FakePeer.UID, "hi", sent.getSend().getMessageId()));
                }
                peer.say(Frame.newBuilder().setRef(sync.getRef()).setSyncPage(page));
            }
            assertThat(List.of(outcome(), outcome()))
                    .hasAtLeastOneElementOfType(SendOutcome.Accepted.class)
                    .hasAtLeastOneElementOfType(SendOutcome.Unknown.class);
        }
    }

    /** What the file says while its client lives; another folder, since this one is taken. */
    private List<StoredSend> openSends() throws IOException {
        Path copy = Files.createDirectories(folder.resolve("copy"));
        Files.copy(folder.resolve("state"), copy.resolve("state"), StandardCopyOption.REPLACE_EXISTING);
        try (FileStore store = FileStore.open(copy)) {
            return store.load().sends();
        }
    }

    /** The first tries were a day ago. */
    private void makeOlder() throws IOException {
        try (FileStore store = FileStore.open(folder)) {
            long dayAgo = System.currentTimeMillis() - TimeUnit.DAYS.toMillis(1);
            for (StoredSend send : store.load().sends()) {
                store.save(new StoreUpdate(
                        false, null, Map.of(), Map.of(), List.of(), Map.of(send.number(), dayAgo), Set.of()));
            }
        }
    }

    @Test
    void anotherLogVoidsWhatWasKeptBeforeItsFirstMessageIsShown() throws Exception {
        try (ClientFixture it = run()) {
            FakePeer peer = firstWelcome(it);
            peer.deliver("bob", placed(50, 0, "bob", "x"));
            it.texts(1);
            peer.expect(BodyCase.ACK);
        }
        try (ClientFixture it = run()) {
            it.client.connect();
            FakePeer peer = it.gateway.accept();
            peer.expect(BodyCase.HELLO);
            peer.say(FakePeer.welcome().setLogId("log-2"));
            assertThat(peer.expect(BodyCase.RESUME).getResume().getCursorsList())
                    .isEmpty();
            peer.deliver("bob", placed(2, 0, "bob", "y"));
            assertThat(it.texts(1)).containsExactly("y");
            peer.expect(BodyCase.ACK);
        }
        try (FileStore store = FileStore.open(folder)) {
            StoredState state = store.load();
            assertThat(state.cursors()).containsExactly(Map.entry("bob", 2L));
            assertThat(state.device().logId()).isEqualTo("log-2");
        }
    }

    @Test
    void aStoreOfAnotherUidIsNotUsed() throws Exception {
        try (ClientFixture it = run()) {
            firstWelcome(it);
            it.client.send("bob", "hi");
            crash(it);
        }
        try (ClientFixture it = run()) {
            CompletableFuture<Void> connected = it.client.connect().toCompletableFuture();
            FakePeer peer = it.gateway.accept();
            peer.expect(BodyCase.HELLO);
            peer.say(FakePeer.welcome().setUid("eve"));

            assertThatThrownBy(() -> ClientFixture.get(connected)).hasMessageContaining("belongs to alice");
            peer.expect(BodyCase.CLOSE);
        }
    }

    @Test
    void aStoreOfAnotherDeviceOrInUseBuildsNoClient() throws Exception {
        try (ClientFixture it = run()) {
            firstWelcome(it);
            assertThatThrownBy(() -> ImClient.builder()
                            .endpoint(it.gateway.uri())
                            .token("t")
                            .storeFolder(folder)
                            .build())
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("in use");
        }
        assertThatThrownBy(() -> run(builder -> builder.device("other")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("device: other");
        FileStore.open(folder).close();
    }

    @Test
    void aClientWhoseResourcesWereClosedFirstLetsGoOfItsFolder() throws Exception {
        ImClientResources resources = ImClientResources.create(1);
        try (ClientFixture it = run(builder -> builder.resources(resources))) {
            firstWelcome(it);
            resources.close();
        }

        FileStore.open(folder).close();
    }

    /** Fails from a moment on. */
    private static final class FailingStore implements ClientStore {
        private volatile boolean failing;

        @Override
        public StoredState load() {
            return StoredState.EMPTY;
        }

        @Override
        public void save(StoreUpdate update) throws IOException {
            if (failing) {
                throw new IOException("no space left");
            }
        }

        @Override
        public void close() {}
    }

    @Test
    void aStoreThatFailsEndsTheClientAndNothingIsSentThatWasNotKept() throws Exception {
        FailingStore store = new FailingStore();
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp(), builder -> builder.store(store))) {
            FakePeer peer = firstWelcome(it);
            CompletableFuture<SendOutcome> kept = it.client.send("bob", "kept");
            peer.expectSend("kept", false);
            store.failing = true;

            CompletableFuture<SendOutcome> sent = it.client.send("bob", "hi");

            assertThat(ClientFixture.get(sent)).isInstanceOf(SendOutcome.Rejected.class);
            assertThat(ClientFixture.get(kept)).isInstanceOf(SendOutcome.Unknown.class);
            assertThat(it.until(ConnectionState.CLOSED).reason()).contains("no space left");
            peer.expect(BodyCase.CLOSE);
            assertThatThrownBy(() -> ClientFixture.get(it.client.connect().toCompletableFuture()))
                    .hasMessageContaining("no space left");
        }
    }

    @Test
    void anAppThatCommitsMessageAndCursorTogetherGetsEachOnce() throws Exception {
        Map<String, Long> committed = new ConcurrentHashMap<>();
        List<String> rows = new ArrayList<>();
        MessageListener transaction = message -> {
            synchronized (rows) {
                rows.add(message.text());
                committed.put(message.conversationPeer(), message.position());
            }
        };
        ClientStore own = new ClientStore() {
            private StoredState kept = StoredState.EMPTY;

            @Override
            public StoredState load() {
                return kept.withCursors(committed);
            }

            /** Keeps no cursor: the app has committed it, and the process ends before the client could. */
            @Override
            public void save(StoreUpdate update) {
                if (update.cursors().isEmpty()) {
                    kept = kept.with(update);
                }
            }

            @Override
            public void close() {}
        };
        for (int run = 0; run < 3; run++) {
            try (ClientFixture it = new ClientFixture(
                    FakeGateway.tcp(), builder -> builder.store(own).messageListener(transaction))) {
                FakePeer peer = run == 0 ? firstWelcome(it) : it.connect();
                if (run > 0) {
                    assertThat(peer.expect(BodyCase.RESUME)
                                    .getResume()
                                    .getCursors(0)
                                    .getPosition())
                            .isEqualTo(run);
                }
                peer.deliver("bob", placed(run + 1, run, "bob", "m" + run));
                peer.expect(BodyCase.ACK);
            }
        }
        assertThat(rows).containsExactly("m0", "m1", "m2");
    }

    @Test
    void closeWaitsForTheAnswersAndForTheListenerAndAcknowledges() throws Exception {
        CountDownLatch inListener = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        List<String> seen = new ArrayList<>();
        try (ClientFixture it =
                run(builder -> builder.closeTimeout(Duration.ofSeconds(10)).messageListener(message -> {
                    seen.add(message.text());
                    inListener.countDown();
                    awaitQuietly(goOn);
                }))) {
            FakePeer peer = firstWelcome(it);
            CompletableFuture<SendOutcome> sent = it.client.send("bob", "hi");
            Frame send = peer.expectSend("hi", false);
            peer.deliver("bob", placed(1, 0, "bob", "a"), placed(2, 1, "bob", "b"));
            awaitQuietly(inListener);

            Thread closing = new Thread(it.client::close, "closing");
            closing.start();
            await().until(() -> closing.getState() == Thread.State.TIMED_WAITING);
            // Answered by the loop, and so behind what close() has told it.
            peer.answer(send, Code.OK);
            assertThat(ClientFixture.get(sent)).isInstanceOf(SendOutcome.Accepted.class);
            assertThat(closing.isAlive()).isTrue();
            goOn.countDown();

            assertThat(peer.expect(BodyCase.ACK).getAck().getCursors(0).getPosition())
                    .isEqualTo(1);
            peer.expect(BodyCase.CLOSE);
            peer.hangUp();
            closing.join(20_000);
            assertThat(closing.isAlive()).isFalse();
            assertThat(seen).containsExactly("a");
        }
        try (FileStore store = FileStore.open(folder)) {
            StoredState state = store.load();
            assertThat(state.cursors()).containsExactly(Map.entry("bob", 1L));
            assertThat(state.sends()).isEmpty();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(FakeGateway.WAIT_SECONDS, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
