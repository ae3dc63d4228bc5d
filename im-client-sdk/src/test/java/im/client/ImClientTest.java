package im.client;

import static im.client.FakePeer.placed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import im.protocol.v1.Close;
import im.protocol.v1.Code;
import im.protocol.v1.Frame;
import im.protocol.v1.Frame.BodyCase;
import im.protocol.v1.GoAway;
import im.protocol.v1.Hello;
import im.protocol.v1.SyncPage;
import java.net.ServerSocket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class ImClientTest {

    private static FakeGateway gateway(String wire) {
        return wire.equals("tcp") ? FakeGateway.tcp() : FakeGateway.webSocket();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "websocket"})
    void aClientConnectsSendsReceivesAndAcknowledges(String wire) throws Exception {
        try (ClientFixture it = new ClientFixture(gateway(wire))) {
            CompletableFuture<Void> connected = it.client.connect().toCompletableFuture();
            FakePeer peer = it.gateway.accept();
            Hello hello = peer.expect(BodyCase.HELLO).getHello();
            assertThat(hello.getToken()).isEqualTo("secret");
            assertThat(hello.getDevice()).isEqualTo(it.client.device()).startsWith("java-");
            assertThat(hello.getClientCursors()).isFalse();
            peer.say(FakePeer.welcome());
            assertThat(connected).isNotDone();
            peer.caughtUp();
            ClientFixture.get(connected);
            assertThat(it.client.uid()).isEqualTo("alice");
            assertThat(it.client.state()).isEqualTo(ConnectionState.LIVE);

            CompletableFuture<SendOutcome> sent = it.client.send("bob", "hi");
            Frame send = peer.expectSend("hi", false);
            peer.answer(send, Code.OK);
            peer.deliver("bob", placed(1, 0, "alice", "hi", send.getSend().getMessageId()), placed(4, 1, "bob", "yo"));

            assertThat(ClientFixture.get(sent)).isInstanceOf(SendOutcome.Accepted.class);
            ReceivedMessage own = it.message();
            assertThat(own.own()).isTrue();
            ReceivedMessage other = it.message();
            assertThat(other.own()).isFalse();
            assertThat(other.text()).isEqualTo("yo");
            assertThat(other.position()).isEqualTo(4);
            Frame ack = peer.expect(BodyCase.ACK);
            assertThat(ack.getAck().getCursorsList()).hasSize(1);
            assertThat(ack.getAck().getCursors(0).getPosition()).isEqualTo(4);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "websocket"})
    void aLostConnectionIsResumedAtTheCursorsAndUnansweredSendsGoOutAgainInOrder(String wire) throws Exception {
        try (ClientFixture it = new ClientFixture(gateway(wire))) {
            FakePeer peer = it.connect();
            peer.deliver("bob", placed(7, 0, "bob", "x"));
            it.message();
            peer.expect(BodyCase.ACK);
            CompletableFuture<SendOutcome> a = it.client.send("cid", "a");
            CompletableFuture<SendOutcome> b = it.client.send("cid", "b");
            Frame firstTry = peer.expectSend("a", false);
            peer.expectSend("b", false);
            peer.hangUp();

            FakePeer again = it.gateway.accept();
            Hello hello = again.expect(BodyCase.HELLO).getHello();
            assertThat(hello.getClientCursors()).isTrue();
            assertThat(hello.getLogId()).isEqualTo(FakePeer.LOG);
            again.say(FakePeer.welcome());
            Frame resume = again.expect(BodyCase.RESUME);
            assertThat(resume.getResume().getLast()).isTrue();
            assertThat(resume.getResume().getCursorsList())
                    .singleElement()
                    .satisfies(cursor -> assertThat(cursor.getPosition()).isEqualTo(7));
            Frame secondTry = again.expectSend("a", true);
            assertThat(secondTry.getSend().getMessageId())
                    .isEqualTo(firstTry.getSend().getMessageId());
            again.answer(secondTry, Code.OK);
            again.answer(again.expectSend("b", false), Code.OK);

            assertThat(ClientFixture.get(a)).isInstanceOf(SendOutcome.Accepted.class);
            assertThat(ClientFixture.get(b)).isInstanceOf(SendOutcome.Accepted.class);
            again.caughtUp();
            it.until(ConnectionState.LIVE);
            it.until(ConnectionState.LIVE);
            assertThat(it.client.stats().reconnects()).isEqualTo(1);
            assertThat(it.client.stats().retries()).isEqualTo(2);
            assertThat(it.client.stats().attempts()).isEqualTo(4);
        }
    }

    @Test
    void aNamedDeviceLeavesItsCursorsToTheGatewayAndDropsWhatComesAgain() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp(), b -> b.device("phone"))) {
            FakePeer peer = it.connect();
            peer.deliver("bob", placed(7, 0, "bob", "x"));
            assertThat(it.texts(1)).containsExactly("x");
            peer.hangUp();

            FakePeer again = it.gateway.accept();
            Hello hello = again.greet();
            assertThat(hello.getDevice()).isEqualTo("phone");
            assertThat(hello.getClientCursors()).isFalse();
            again.deliver("bob", placed(7, 0, "bob", "x"), placed(8, 7, "bob", "y"));

            assertThat(it.texts(1)).containsExactly("y");
            assertThat(again.expect(BodyCase.ACK).getAck().getCursors(0).getPosition())
                    .isEqualTo(7);
        }
    }

    @Test
    void anUnknownOutcomeIsTriedAgainWithTheSameId() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp())) {
            FakePeer peer = it.connect();
            CompletableFuture<SendOutcome> a = it.client.send("bob", "a");
            Frame first = peer.expectSend("a", false);
            peer.answer(first, Code.UNKNOWN_OUTCOME);

            Frame second = peer.expectSend("a", true);
            assertThat(second.getSend().getMessageId())
                    .isEqualTo(first.getSend().getMessageId());
            assertThat(second.getRef()).isNotEqualTo(first.getRef());
            peer.answer(second, Code.OK);

            assertThat(ClientFixture.get(a)).isInstanceOf(SendOutcome.Accepted.class);
        }
    }

    @Test
    void aRefusalForGoodIsAValueAndTheConversationIsGivenUp() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp())) {
            FakePeer peer = it.connect();
            CompletableFuture<SendOutcome> a = it.client.send("bob", "a");

            peer.answer(peer.expectSend("a", false), Code.CONFLICT);

            assertThat(ClientFixture.get(a))
                    .isInstanceOfSatisfying(
                            SendOutcome.Rejected.class,
                            rejected -> assertThat(rejected.code()).isEqualTo(ErrorCode.CONFLICT));
            assertThat(peer.expect(BodyCase.GIVE_UP)
                            .getGiveUp()
                            .getConversation()
                            .getPeer())
                    .isEqualTo("bob");
        }
    }

    @Test
    void whatCanBeSeenToBeWrongIsRejectedWithoutBeingSent() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp())) {
            FakePeer peer = it.connect();

            List<CompletableFuture<SendOutcome>> sends = List.of(
                    it.client.send("no spaces", "a"),
                    it.client.send("bob", "\ud800"),
                    it.client.send(OutgoingMessage.text("bob", "a").withMessageId("018F0000")),
                    it.client.send(new OutgoingMessage("bob", null, "x".repeat(129), new Content.Text("a"))),
                    it.client.send("bob", "x".repeat(1_001)));
            CompletableFuture<SendOutcome> right = it.client.send("bob", "x".repeat(1_000));

            List<ErrorCode> codes = new ArrayList<>();
            for (CompletableFuture<SendOutcome> send : sends) {
                codes.add(((SendOutcome.Rejected) ClientFixture.get(send)).code());
            }
            assertThat(codes)
                    .containsExactly(
                            ErrorCode.MALFORMED,
                            ErrorCode.MALFORMED,
                            ErrorCode.MALFORMED,
                            ErrorCode.MALFORMED,
                            ErrorCode.TOO_LARGE);
            peer.answer(peer.expect(BodyCase.SEND), Code.OK);
            assertThat(ClientFixture.get(right)).isInstanceOf(SendOutcome.Accepted.class);
        }
    }

    @Test
    void sendsMadeWhileDisconnectedAreQueuedUpToTheBound() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp(), b -> b.maxQueuedSends(2))) {
            CompletableFuture<SendOutcome> a = it.client.send("bob", "a");
            CompletableFuture<SendOutcome> b = it.client.send("bob", "b");
            CompletableFuture<SendOutcome> c = it.client.send("bob", "c");

            assertThat(ClientFixture.get(c))
                    .isInstanceOfSatisfying(
                            SendOutcome.Rejected.class,
                            rejected -> assertThat(rejected.code()).isEqualTo(ErrorCode.OVERLOADED));
            FakePeer peer = it.connect();
            peer.answer(peer.expectSend("a", false), Code.OK);
            peer.answer(peer.expectSend("b", false), Code.OK);
            assertThat(ClientFixture.get(a)).isInstanceOf(SendOutcome.Accepted.class);
            assertThat(ClientFixture.get(b)).isInstanceOf(SendOutcome.Accepted.class);
        }
    }

    @Test
    void withoutAQueueASendWithoutAConnectionFailsAtOnce() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp(), b -> b.queueWhileDisconnected(false))) {
            assertThat(ClientFixture.get(it.client.send("bob", "a")))
                    .isInstanceOfSatisfying(
                            SendOutcome.Rejected.class,
                            rejected -> assertThat(rejected.code()).isEqualTo(ErrorCode.UNAVAILABLE));
        }
    }

    @Test
    void aHoleIsClosedBySyncAndTheAppSeesOneOrder() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp())) {
            FakePeer peer = it.connect();
            peer.deliver("bob", placed(1, 0, "bob", "one"));
            assertThat(it.texts(1)).containsExactly("one");
            peer.expect(BodyCase.ACK);

            peer.deliver("bob", placed(3, 2, "bob", "three"));
            Frame sync = peer.expect(BodyCase.SYNC);
            assertThat(sync.getSync().getAfter()).isEqualTo(1);
            peer.say(Frame.newBuilder()
                    .setRef(sync.getRef())
                    .setSyncPage(SyncPage.newBuilder()
                            .setConversation(FakePeer.conversation("bob"))
                            .addPlaced(placed(2, 1, "bob", "two"))
                            .addPlaced(placed(3, 2, "bob", "three"))
                            .setCompleteUpTo(3)
                            .setHead(3)));

            assertThat(it.texts(2)).containsExactly("two", "three");
            assertThat(it.client.stats().gaps()).isEqualTo(1);
        }
    }

    @Test
    void whatComesAgainIsDroppedAndAcknowledgedAgain() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp(), b -> b.callbackExecutor(Runnable::run))) {
            FakePeer peer = it.connect();
            peer.deliver("bob", placed(1, 0, "bob", "one"));
            peer.expect(BodyCase.ACK);

            peer.deliver("bob", placed(1, 0, "bob", "one"));

            assertThat(peer.expect(BodyCase.ACK).getAck().getCursors(0).getPosition())
                    .isEqualTo(1);
            assertThat(it.texts(1)).containsExactly("one");
            assertThat(it.messages).isEmpty();
            assertThat(it.client.stats().redeliveredOnWire()).isEqualTo(1);
        }
    }

    @Test
    void aDisplacedClientStaysAwayAndSettlesItsSends() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp())) {
            FakePeer peer = it.connect();
            CompletableFuture<SendOutcome> a = it.client.send("bob", "a");
            peer.expectSend("a", false);

            peer.close(4409, false);

            StateChange closed = it.until(ConnectionState.CLOSED);
            assertThat(closed.closeCode()).isEqualTo(4409);
            assertThat(ClientFixture.get(a)).isInstanceOf(SendOutcome.Unknown.class);
            assertThat(ClientFixture.get(it.client.send("bob", "b"))).isInstanceOf(SendOutcome.Rejected.class);
            assertThat(it.gateway.hasConnection()).isFalse();

            FakePeer again = it.connect();
            CompletableFuture<SendOutcome> c = it.client.send("bob", "c");
            Frame resumedOrSend = again.expectSend("c", false);
            again.answer(resumedOrSend, Code.OK);
            assertThat(ClientFixture.get(c)).isInstanceOf(SendOutcome.Accepted.class);
        }
    }

    @Test
    void aTokenRefusedForGoodFailsConnect() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp())) {
            CompletableFuture<Void> connected = it.client.connect().toCompletableFuture();
            FakePeer peer = it.gateway.accept();
            peer.expect(BodyCase.HELLO);

            peer.close(4401, true);

            assertThatThrownBy(() -> ClientFixture.get(connected))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            ImClientException.class,
                            refused -> assertThat(refused.closeCode()).isEqualTo(4401));
            assertThat(it.client.state()).isEqualTo(ConnectionState.CLOSED);
        }
    }

    @Test
    void aTokenSupplierIsAskedOnceMoreAfterARefusal() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        Supplier<CompletionStage<String>> supplier =
                () -> CompletableFuture.completedStage("token" + asked.incrementAndGet());
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp(), b -> b.tokenSupplier(supplier))) {
            CompletableFuture<Void> connected = it.client.connect().toCompletableFuture();
            FakePeer peer = it.gateway.accept();
            assertThat(peer.expect(BodyCase.HELLO).getHello().getToken()).isEqualTo("token1");
            peer.close(4401, true);
            FakePeer second = it.gateway.accept();
            assertThat(second.expect(BodyCase.HELLO).getHello().getToken()).isEqualTo("token2");

            second.close(4401, true);

            assertThatThrownBy(() -> ClientFixture.get(connected)).hasCauseInstanceOf(ImClientException.class);
            assertThat(asked).hasValue(2);
        }
    }

    @Test
    void anOlderAttemptComesBackAboveTheStoredOne() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp())) {
            it.client.connect();
            FakePeer peer = it.gateway.accept();
            long attempt = peer.expect(BodyCase.HELLO).getHello().getAttempt();
            long stored = attempt + 1_000_000_000;

            peer.close(Close.newBuilder().setCode(4411).setReconnect(true).setAttempt(stored));

            FakePeer again = it.gateway.accept();
            assertThat(again.expect(BodyCase.HELLO).getHello().getAttempt()).isEqualTo(stored + 1);
        }
    }

    @Test
    void aGatewayThatGoesAwayIsLeftOnlyWhenTheNextConnectionIsWelcome() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp())) {
            FakePeer old = it.connect();
            it.until(ConnectionState.LIVE);
            CompletableFuture<SendOutcome> a = it.client.send("bob", "a");
            Frame onOld = old.expectSend("a", false);
            old.say(Frame.newBuilder().setGoAway(GoAway.newBuilder().setReconnectAfterMs(1)));
            FakePeer fresh = it.gateway.accept();
            fresh.expect(BodyCase.HELLO);
            old.deliver("bob", placed(1, 0, "bob", "on the old one"));
            assertThat(it.texts(1)).containsExactly("on the old one");

            old.close(4409, false);
            fresh.say(FakePeer.welcome());
            Frame onFresh = fresh.expectSend("a", true);
            old.answer(onOld, Code.FORBIDDEN);
            fresh.answer(onFresh, Code.OK);
            fresh.caughtUp();

            assertThat(ClientFixture.get(a)).isInstanceOf(SendOutcome.Accepted.class);
            it.until(ConnectionState.LIVE);
            assertThat(it.client.state()).isEqualTo(ConnectionState.LIVE);
        }
    }

    @Test
    void afterTheSwitchNothingIsTakenFromTheOldConnection() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp())) {
            FakePeer old = it.connect();
            old.say(Frame.newBuilder().setGoAway(GoAway.newBuilder().setReconnectAfterMs(1)));
            FakePeer fresh = it.reconnected();
            assertThat(old.expect(BodyCase.CLOSE).getClose().getCode()).isEqualTo(1000);

            old.deliver("bob", placed(1, 0, "bob", "stale"));
            old.close(4409, false);
            fresh.deliver("bob", placed(1, 0, "bob", "fresh"));

            assertThat(it.texts(1)).containsExactly("fresh");
            assertThat(it.client.state()).isEqualTo(ConnectionState.LIVE);
            await().until(() -> !old.isOpen());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "websocket"})
    void aSilentGatewayIsNoticedAndLeft(String wire) throws Exception {
        try (ClientFixture it = new ClientFixture(gateway(wire))) {
            it.client.connect();
            FakePeer peer = it.gateway.accept();
            peer.expect(BodyCase.HELLO);
            peer.mute();
            peer.say(FakePeer.welcome().setHeartbeatMs(100));
            peer.caughtUp();

            StateChange waiting = it.until(ConnectionState.WAITING);

            assertThat(waiting.reason()).contains("silent");
            it.reconnected();
        }
    }

    @Test
    void disconnectStaysAwayUntilConnect() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp())) {
            FakePeer peer = it.connect();
            ClientFixture.get(it.client.disconnect());
            assertThat(peer.expect(BodyCase.CLOSE).getClose().getCode()).isEqualTo(1000);
            assertThat(it.client.state()).isEqualTo(ConnectionState.CLOSED);
            CompletableFuture<SendOutcome> a = it.client.send("bob", "a");
            assertThat(it.gateway.hasConnection()).isFalse();

            FakePeer again = it.connect();

            again.answer(again.expectSend("a", false), Code.OK);
            assertThat(ClientFixture.get(a)).isInstanceOf(SendOutcome.Accepted.class);
        }
    }

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
            await().until(() -> !peer.isOpen());
        }
    }

    @Test
    void anotherLogVoidsTheCursorsAndPositionsStartAnew() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp())) {
            FakePeer peer = it.connect();
            peer.deliver("bob", placed(50, 0, "bob", "old log"));
            it.texts(1);
            peer.expect(BodyCase.ACK);
            peer.hangUp();
            FakePeer again = it.gateway.accept();
            again.expect(BodyCase.HELLO);

            again.say(FakePeer.welcome().setLogId("log-2"));
            assertThat(again.expect(BodyCase.RESUME).getResume().getCursorsList())
                    .isEmpty();
            again.deliver("bob", placed(2, 0, "bob", "new log"));

            assertThat(it.texts(1)).containsExactly("new log");
        }
    }

    @Test
    void severalEndpointsAreTriedInTurn() throws Exception {
        URI nobody;
        try (ServerSocket unused = new ServerSocket(0)) {
            nobody = URI.create("tcp://127.0.0.1:" + unused.getLocalPort());
        }
        FakeGateway alive = FakeGateway.tcp();
        try (ClientFixture it = new ClientFixture(alive, b -> b.endpoints(List.of(nobody, alive.uri())))) {
            it.connect();
            assertThat(it.client.state()).isEqualTo(ConnectionState.LIVE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Sec-WebSocket-Accept: x", "Sec-WebSocket-Protocol: y", "Connection: z", "HTTP/1.1 503 No"})
    void aWrongAnswerToTheUpgradeIsRefusedAndTriedAgain(String wrong) throws Exception {
        String name = wrong.substring(0, wrong.indexOf(wrong.startsWith("HTTP") ? ' ' : ':'));
        FakeGateway gateway =
                FakeGateway.webSocket(answer -> answer.replaceFirst("(?m)^" + name + ".*$", wrong + "\r"));
        try (ClientFixture it = new ClientFixture(gateway)) {
            it.client.connect();

            assertThat(it.until(ConnectionState.WAITING).reason()).contains("no WebSocket");
            gateway.accept();
            gateway.accept();
        }
    }

    @Test
    void bytesThatAreNoFrameEndTheConnectionAndItIsTriedAgain() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp())) {
            FakePeer peer = it.connect();
            it.until(ConnectionState.LIVE);

            peer.sayBytes((byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff);

            assertThat(it.until(ConnectionState.WAITING).closeCode()).isEqualTo(4413);
            it.reconnected();
        }
    }
}
