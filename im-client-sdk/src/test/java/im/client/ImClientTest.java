package im.client;

import static im.client.FakePeer.placed;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.Code;
import im.protocol.v1.Frame;
import im.protocol.v1.Frame.BodyCase;
import im.protocol.v1.Hello;
import im.protocol.v1.SendResult;
import im.protocol.v1.SyncPage;
import im.protocol.v1.Welcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sending and receiving, against a gateway on a socket that says what the test tells it to. */
@ExtendWith(LeakCheck.class)
class ImClientTest {

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "websocket"})
    void aClientConnectsSendsReceivesAndAcknowledges(String wire) throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.of(wire))) {
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
    void afterHalfTheDedupeWindowItsOwnCopyAtTheHeadSettlesASend() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp())) {
            it.client.connect();
            FakePeer peer = it.gateway.accept();
            peer.expect(BodyCase.HELLO);
            Welcome.Builder welcome = FakePeer.welcome();
            welcome.getLimitsBuilder().setDedupeMs(2);
            peer.say(welcome);
            CompletableFuture<SendOutcome> a = it.client.send("bob", "a");
            CompletableFuture<SendOutcome> b = it.client.send("bob", "b");
            Frame tried = peer.expectSend("a", false);
            Frame behind = peer.expectSend("b", false);
            peer.say(Frame.newBuilder()
                    .setRef(tried.getRef())
                    .setSendResult(SendResult.newBuilder()
                            .setCode(Code.UNKNOWN_OUTCOME)
                            .setRetryAfterMs(20)));
            peer.answer(behind, Code.OUT_OF_ORDER);

            Frame sync = peer.expect(BodyCase.SYNC);
            assertThat(sync.getSync().getConversation().getPeer()).isEqualTo("bob");
            peer.say(Frame.newBuilder()
                    .setRef(sync.getRef())
                    .setSyncPage(SyncPage.newBuilder()
                            .setConversation(FakePeer.conversation("bob"))
                            .addPlaced(
                                    placed(5, 0, "alice", "a", tried.getSend().getMessageId()))
                            .setCompleteUpTo(5)));

            assertThat(ClientFixture.get(a)).isInstanceOf(SendOutcome.Accepted.class);
            assertThat(ClientFixture.get(b)).isInstanceOf(SendOutcome.Unknown.class);
            assertThat(it.message().own()).isTrue();
            peer.expect(BodyCase.GIVE_UP);
        }
    }
}
