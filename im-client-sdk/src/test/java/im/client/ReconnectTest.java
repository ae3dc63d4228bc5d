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
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
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

/** When and where a client connects again, and when it stays away. */
@ExtendWith(LeakCheck.class)
class ReconnectTest {

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "websocket"})
    void aLostConnectionIsResumedAtTheCursorsAndUnansweredSendsGoOutAgainInOrder(String wire) throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.of(wire))) {
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
    void aGatewayThatGoesAwayIsLeftWithItsLastAnswerWhenNobodyElseTakesUs() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp())) {
            FakePeer old = it.connect();
            it.until(ConnectionState.LIVE);
            CompletableFuture<SendOutcome> a = it.client.send("bob", "a");
            Frame unanswered = old.expectSend("a", false);
            old.say(Frame.newBuilder().setGoAway(GoAway.newBuilder().setReconnectAfterMs(1)));
            FakePeer refusing = it.gateway.accept();
            refusing.expect(BodyCase.HELLO);
            refusing.close(4503, true);
            FakePeer next = it.gateway.accept();
            next.expect(BodyCase.HELLO);
            CompletableFuture<SendOutcome> b = it.client.send("bob", "b");

            old.answer(unanswered, Code.OK);

            assertThat(old.expect(BodyCase.CLOSE).getClose().getCode()).isEqualTo(1000);
            assertThat(ClientFixture.get(a)).isInstanceOf(SendOutcome.Accepted.class);
            next.say(FakePeer.welcome());
            next.answer(next.expectSend("b", false), Code.OK);
            assertThat(ClientFixture.get(b)).isInstanceOf(SendOutcome.Accepted.class);
        }
    }

    @Test
    void aConnectionThatItsOwnLostSuccessorDisplacedIsNoReasonToStayAway() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp())) {
            FakePeer old = it.connect();
            it.until(ConnectionState.LIVE);
            CompletableFuture<SendOutcome> a = it.client.send("bob", "a");
            old.expectSend("a", false);
            old.say(Frame.newBuilder().setGoAway(GoAway.newBuilder().setReconnectAfterMs(1)));
            FakePeer lost = it.gateway.accept();
            lost.expect(BodyCase.HELLO);
            lost.hangUp();
            FakePeer next = it.gateway.accept();

            old.close(4409, false);

            next.greet();
            next.answer(next.expectSend("a", true), Code.OK);
            assertThat(ClientFixture.get(a)).isInstanceOf(SendOutcome.Accepted.class);
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
        try (ClientFixture it = new ClientFixture(FakeGateway.of(wire))) {
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

    @Test
    void aGatewayThatNeverSaysWelcomeIsLeft() throws Exception {
        try (ClientFixture it =
                new ClientFixture(FakeGateway.webSocket(), b -> b.connectTimeout(Duration.ofMillis(50)))) {
            it.client.connect();

            assertThat(it.until(ConnectionState.WAITING).reason()).contains("no Welcome within 50 ms");
            it.gateway.accept();
            it.gateway.accept();
        }
    }

    @Test
    void aTokenThatNeverComesIsAskedForAgain() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        Supplier<CompletionStage<String>> supplier = () ->
                asked.incrementAndGet() == 1 ? new CompletableFuture<>() : CompletableFuture.completedStage("late");
        try (ClientFixture it = new ClientFixture(
                FakeGateway.tcp(), b -> b.tokenSupplier(supplier).connectTimeout(Duration.ofSeconds(4)))) {
            it.client.connect();

            FakePeer peer = it.gateway.accept();

            assertThat(peer.expect(BodyCase.HELLO).getHello().getToken()).isEqualTo("late");
        }
    }
}
