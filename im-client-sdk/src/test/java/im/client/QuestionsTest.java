package im.client;

import static im.client.FakePeer.placed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.protocol.v1.CaughtUp;
import im.protocol.v1.Code;
import im.protocol.v1.Cursor;
import im.protocol.v1.Error;
import im.protocol.v1.Feature;
import im.protocol.v1.Frame;
import im.protocol.v1.Frame.BodyCase;
import im.protocol.v1.GroupQuery;
import im.protocol.v1.GroupStanding;
import im.protocol.v1.HeadsPage;
import im.protocol.v1.Hello;
import im.protocol.v1.SyncPage;
import im.protocol.v1.Transient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Lists, history, read marks, receipts and transient messages. */
@ExtendWith(LeakCheck.class)
class QuestionsTest {
    private final BlockingQueue<Object> told = new LinkedBlockingQueue<>();

    private Object next() throws InterruptedException {
        Object one = told.poll(FakeGateway.WAIT_SECONDS, TimeUnit.SECONDS);
        assertThat(one).as("something told").isNotNull();
        return one;
    }

    @Test
    void theListOfConversationsIsAskedPageByPage() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp())) {
            FakePeer peer = it.connect();
            CompletableFuture<ConversationPage> asked = it.client.conversations(2, "p1");
            Frame heads = peer.expect(BodyCase.HEADS);
            assertThat(heads.getHeads().getLimit()).isEqualTo(2);
            assertThat(heads.getHeads().getPage()).isEqualTo("p1");
            peer.say(Frame.newBuilder()
                    .setRef(heads.getRef())
                    .setHeadsPage(HeadsPage.newBuilder()
                            .setPage("p2")
                            .addHeads(HeadsPage.Head.newBuilder()
                                    .setConversation(FakePeer.conversation("bob"))
                                    .setHead(9)
                                    .setFirstHeld(2)
                                    .setRead(5)
                                    .setUnread(3)
                                    .setPeerDelivered(8)
                                    .setPeerRead(7)
                                    .setLast(placed(9, 8, "alice", "hi")))));

            ConversationPage page = ClientFixture.get(asked);

            assertThat(page.next()).isEqualTo("p2");
            ConversationSummary bob = page.conversations().get(0);
            assertThat(List.of(bob.head(), bob.firstHeld(), bob.read(), bob.peerDelivered(), bob.peerRead()))
                    .containsExactly(9L, 2L, 5L, 8L, 7L);
            assertThat(bob.unread()).isEqualTo(3);
            assertThat(bob.last())
                    .isNotNull()
                    .returns("hi", ReceivedMessage::text)
                    .returns(true, ReceivedMessage::own);
        }
    }

    @Test
    void aGroupsMembersAreAskedForInPages() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp())) {
            FakePeer peer = it.connect();
            CompletableFuture<GroupMembers> asked = it.client.groups().readers("team", "ann", 2);
            Frame query = peer.expect(BodyCase.GROUP_QUERY);
            assertThat(query.getGroupQuery())
                    .isEqualTo(GroupQuery.newBuilder()
                            .setGroup("team")
                            .setAfter("ann")
                            .setMembers(2)
                            .setReceipts(true)
                            .build());
            peer.say(Frame.newBuilder()
                    .setRef(query.getRef())
                    .setGroupInfo(im.protocol.v1.GroupInfo.newBuilder()
                            .setStanding(GroupStanding.newBuilder()
                                    .setGroup("team")
                                    .setTitle("Team")
                                    .setMembers(3))
                            .addMembers(im.protocol.v1.GroupInfo.Member.newBuilder()
                                    .setUid("bob")
                                    .setRole(im.protocol.v1.MembershipChange.Role.ADMIN)
                                    .setJoined(3)
                                    .setDelivered(9)
                                    .setRead(8))
                            .setMore(true)));

            GroupMembers page = ClientFixture.get(asked);

            assertThat(page.members()).containsExactly(new GroupMember("bob", MembershipChange.Role.ADMIN, 3, 9, 8));
            assertThat(page.more()).isTrue();
            assertThat(page.info().title()).isEqualTo("Team");
            assertThat(page.info().isMember()).isFalse();
        }
    }

    @Test
    void historyMovesNoCursorAndCallsNobodyBack() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp())) {
            FakePeer peer = it.connect();
            CompletableFuture<HistoryPage> asked = it.client.history("bob", Long.MAX_VALUE, 10);
            Frame sync = peer.expect(BodyCase.SYNC);
            assertThat(sync.getSync().getBefore()).isEqualTo(Long.MAX_VALUE);
            peer.say(Frame.newBuilder()
                    .setRef(sync.getRef())
                    .setSyncPage(SyncPage.newBuilder()
                            .setTruncated(true)
                            .addPlaced(placed(4, 3, "bob", "a"))
                            .addPlaced(placed(5, 4, "bob", "b"))
                            .setCompleteUpTo(5)));

            HistoryPage page = ClientFixture.get(asked);

            assertThat(page.messages()).extracting(ReceivedMessage::text).containsExactly("a", "b");
            assertThat(page.truncated()).isTrue();
            assertThat(page.more()).isFalse();
            peer.deliver("bob", placed(4, 0, "bob", "a"));
            assertThat(it.texts(1)).containsExactly("a");
        }
    }

    @Test
    void aRefusedQuestionALostConnectionAndTooManyQuestionsFail() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp())) {
            assertThatThrownBy(() -> ClientFixture.get(it.client.conversations(0, "")))
                    .hasCauseInstanceOf(ImClientException.class)
                    .hasMessageContaining("not connected");
            FakePeer peer = it.connect();
            List<CompletableFuture<ConversationPage>> asked = new ArrayList<>();
            for (int i = 0; i < Requests.MAX_OPEN; i++) {
                asked.add(it.client.conversations(0, ""));
            }
            assertThatThrownBy(() -> ClientFixture.get(it.client.conversations(0, "")))
                    .hasMessageContaining("questions are open");
            peer.say(Frame.newBuilder()
                    .setRef(peer.expect(BodyCase.HEADS).getRef())
                    .setError(Error.newBuilder().setCode(Code.BAD_RANGE).setText("limit")));
            assertThatThrownBy(() -> ClientFixture.get(asked.get(0))).hasMessageContaining("BAD_RANGE limit");

            peer.hangUp();

            for (CompletableFuture<ConversationPage> one : asked.subList(1, asked.size())) {
                assertThatThrownBy(() -> ClientFixture.get(one)).hasMessageContaining("lost");
            }
        }
    }

    @Test
    void readMarksMadeWithoutAConnectionGoOutWithTheNextTheNewestOfEach() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp())) {
            it.client.markRead("bob", 5);
            it.client.markRead("bob", 3);
            FakePeer peer = it.connect();
            it.client.markRead("cid", 7);

            assertThat(readMark(peer)).isEqualTo("bob 5");
            assertThat(readMark(peer)).isEqualTo("cid 7");
        }
    }

    @Test
    @SuppressWarnings("NullAway") // what an app that is not checked for nulls can do
    void aReadMarkOfNobodyIsRefusedAtOnceAndNotAtTheNextConnection() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp())) {
            assertThatThrownBy(() -> it.client.markRead((String) null, 5)).isInstanceOf(NullPointerException.class);

            it.connect();
        }
    }

    private static String readMark(FakePeer peer) throws InterruptedException {
        Cursor upTo = peer.expect(BodyCase.READ).getRead().getUpTo();
        return upTo.getConversation().getPeer() + " " + upTo.getPosition();
    }

    @Test
    void receiptsAndTransientMessagesAreAskedForOnlyWhereSomebodyListens() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp())) {
            it.client.connect();
            assertThat(it.gateway.accept().expect(BodyCase.HELLO).getHello().getFeaturesList())
                    .isEmpty();
        }
        try (ClientFixture it = new ClientFixture(
                FakeGateway.tcp(), builder -> builder.receiptListener(told::add).transientListener(told::add))) {
            it.client.connect();
            FakePeer peer = it.gateway.accept();
            Hello hello = peer.expect(BodyCase.HELLO).getHello();
            assertThat(hello.getFeaturesList()).containsExactly(Feature.RECEIPTS, Feature.TRANSIENT);
            peer.say(FakePeer.welcome());
            peer.say(Frame.newBuilder().setCaughtUp(CaughtUp.getDefaultInstance()));
            peer.say(Frame.newBuilder()
                    .setReceipt(im.protocol.v1.Receipt.newBuilder()
                            .setUid("bob")
                            .setKind(im.protocol.v1.Receipt.Kind.READ)
                            .setUpTo(Frames.cursor("bob", 4))));
            peer.say(Frame.newBuilder()
                    .setTransient(Transient.newBuilder()
                            .setConversation(FakePeer.conversation("bob"))
                            .setEnvelope(placed(1, 0, "bob", "typing").getEnvelope())));

            assertThat(next()).isEqualTo(new Receipt(Conversation.peer("bob"), "bob", Receipt.Kind.READ, 4));
            assertThat(next()).isInstanceOfSatisfying(TransientMessage.class, message -> {
                assertThat(message.content()).isEqualTo(new Content.Text("typing"));
                assertThat(message.own()).isFalse();
            });
        }
    }

    @Test
    void aTransientSendIsAnsweredOnceAndNeverRepeated() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp())) {
            OutgoingMessage typing = OutgoingMessage.text("bob", "typing");
            assertThat(ClientFixture.get(it.client.sendTransient(typing))).isInstanceOf(SendOutcome.Rejected.class);
            FakePeer peer = it.connect();
            CompletableFuture<SendOutcome> accepted = it.client.sendTransient(typing);
            Frame send = peer.expectSend("typing", false);
            assertThat(send.getSend().getTransient()).isTrue();
            peer.answer(send, Code.OK);
            assertThat(ClientFixture.get(accepted)).isInstanceOf(SendOutcome.Accepted.class);
            CompletableFuture<SendOutcome> limited = it.client.sendTransient(typing);
            peer.answer(peer.expectSend("typing", false), Code.RATE_LIMITED);
            assertThat(ClientFixture.get(limited)).isInstanceOf(SendOutcome.Rejected.class);
            CompletableFuture<SendOutcome> lost = it.client.sendTransient(typing);
            peer.expectSend("typing", false);

            peer.hangUp();

            assertThat(ClientFixture.get(lost)).isInstanceOf(SendOutcome.Unknown.class);
            FakePeer again = it.reconnected();
            it.client.send("bob", "next");
            again.expectSend("next", false);
        }
    }
}
