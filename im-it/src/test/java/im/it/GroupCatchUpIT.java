package im.it;

import static im.it.TestServer.uid;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.Code;
import im.protocol.v1.Conversation;
import im.protocol.v1.Deliver;
import im.protocol.v1.Feature;
import im.protocol.v1.Frame;
import im.protocol.v1.Frame.BodyCase;
import im.protocol.v1.Heads;
import im.protocol.v1.HeadsPage;
import im.protocol.v1.MembershipChange;
import im.protocol.v1.Send;
import im.testkit.client.RawClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who comes back to many groups gets what is most wanted first. */
class GroupCatchUpIT {
    private static final int GROUPS = 500;
    private static final int AT_ONCE = 50;

    @RegisterExtension
    static final TestServer SERVER = new TestServer();

    @Test
    void aMemberOfFiveHundredGroupsIsGivenDirectChatsFirstAndOfEachTheNewestFirst() throws IOException {
        String bob = uid("bob");
        try (RawClient phone = connected(bob)) {
            phone.await(BodyCase.CAUGHT_UP);
        }
        List<Conversation> groups = new ArrayList<>();
        List<Conversation> direct = new ArrayList<>();
        try (RawClient ann = connected(uid("ann"))) {
            for (int done = 0; done < GROUPS; done += AT_ONCE) {
                for (int i = done; i < done + AT_ONCE; i++) {
                    Conversation group =
                            Conversation.newBuilder().setGroup(uid("g" + i)).build();
                    groups.add(0, group);
                    ann.send(creation(ann, group, bob));
                }
                for (int i = 0; i < AT_ONCE; i++) {
                    assertThat(ann.await(BodyCase.SEND_RESULT).getSendResult().getCode())
                            .isEqualTo(Code.OK);
                }
                if (done % 200 == 0) {
                    String peer = uid("peer" + done);
                    direct.add(0, RawClient.peer(peer));
                    try (RawClient other = connected(peer)) {
                        other.sendAndAwait(other.text(TestServer.messageId(), bob, "hello"));
                    }
                }
            }
        }

        try (RawClient phone = connected(bob)) {
            phone.await(BodyCase.CAUGHT_UP);
            List<Conversation> given = phone.inbox().stream()
                    .filter(Frame::hasDeliver)
                    .map(Frame::getDeliver)
                    .filter(Deliver::getCatchingUp)
                    .map(Deliver::getConversation)
                    .toList();
            assertThat(given.subList(0, direct.size())).isEqualTo(direct);
            assertThat(given.subList(direct.size(), given.size())).isEqualTo(groups);

            List<HeadsPage.Head> listed = listed(phone);
            assertThat(listed).hasSize(GROUPS + direct.size());
            assertThat(new HashSet<>(
                            listed.stream().map(HeadsPage.Head::getConversation).toList()))
                    .hasSize(listed.size());
            List<Long> heads = new ArrayList<>(
                    listed.stream().map(HeadsPage.Head::getHead).sorted().toList());
            Collections.reverse(heads);
            assertThat(listed).extracting(HeadsPage.Head::getHead).isEqualTo(heads);
            assertThat(listed).allSatisfy(head -> assertThat(head.getUnread()).isEqualTo(1));
        }
    }

    private static List<HeadsPage.Head> listed(RawClient client) throws IOException {
        List<HeadsPage.Head> listed = new ArrayList<>();
        String page = "";
        do {
            client.send(Frame.newBuilder()
                    .setRef(client.nextRef())
                    .setHeads(Heads.newBuilder().setLimit(200).setPage(page))
                    .build());
            HeadsPage answer = client.await(BodyCase.HEADS_PAGE).getHeadsPage();
            listed.addAll(answer.getHeadsList());
            page = answer.getPage();
        } while (!page.isEmpty());
        return listed;
    }

    private static Frame creation(RawClient client, Conversation group, String other) {
        return Frame.newBuilder()
                .setRef(client.nextRef())
                .setSend(Send.newBuilder()
                        .setMessageId(TestServer.messageId())
                        .setConversation(group)
                        .setMembership(MembershipChange.newBuilder()
                                .setKind(MembershipChange.Kind.CREATED)
                                .addUids(other)))
                .build();
    }

    private static RawClient connected(String uid) throws IOException {
        RawClient client = SERVER.connect(Transport.TCP);
        client.handshake(RawClient.hello(SERVER.token(uid), "phone")
                .addFeatures(Feature.GROUPS)
                .build());
        return client;
    }
}
