package im.it;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.Code;
import im.protocol.v1.Frame;
import im.protocol.v1.GiveUp;
import im.protocol.v1.SendResult;
import im.protocol.v1.Sync;
import im.protocol.v1.SyncPage;
import im.testkit.client.RawClient;
import im.testkit.server.Entrance;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** D11: the same message is one message. */
@Tag(TestServer.CONFORMANCE)
class DedupeIT {
    @RegisterExtension
    static final TestServer SERVER = TestServer.ofEitherForm();

    private final String ann = TestServer.uid("ann");
    private final String bob = TestServer.uid("bob");
    private final String id = TestServer.messageId();

    @Test
    void aRepeatOnAnyConnectionIsTheSameMessage() throws IOException {
        Entrance entrance = SERVER.entrance();
        SendResult first;
        try (RawClient client = SERVER.raw(entrance, Transport.TCP, ann, "phone")) {
            first = client.sendAndAwait(client.text(id, bob, "once"));
            SendResult second = client.sendAndAwait(client.text(id, bob, "once"));
            assertThat(second).isEqualTo(first);
        }
        try (RawClient client = SERVER.raw(entrance, Transport.WS, ann, "desk")) {
            assertThat(client.sendAndAwait(client.text(id, bob, "once"))).isEqualTo(first);
            assertThat(standing(client, bob)).containsExactly(id);
        }
        assertThat(first.getCode()).isEqualTo(Code.OK);
        assertThat(first.getAcceptedMs()).isPositive();
    }

    /** Another gateway tells when it accepted the repeat; what stands is the first. */
    @Test
    void aRepeatThroughAnyGatewayIsTheSameMessage() throws IOException {
        List<SendResult> results = new ArrayList<>();
        for (Entrance entrance : SERVER.deployment().entrances()) {
            try (RawClient client = SERVER.raw(entrance, Transport.WS, ann, "phone")) {
                results.add(client.sendAndAwait(client.text(id, bob, "once")));
                results.add(client.sendAndAwait(client.text(id, bob, "once")));
            }
        }

        assertThat(results).hasSizeGreaterThan(1).allMatch(result -> result.getCode() == Code.OK);
        try (RawClient client = SERVER.raw(bob, "phone")) {
            assertThat(standing(client, ann)).containsExactly(id);
            assertThat(page(client, ann).getPlaced(0).getEnvelope().getAcceptedMs())
                    .isEqualTo(results.get(0).getAcceptedMs());
        }
    }

    /** A gateway that was killed knows no more what it had accepted; the log does. */
    @Test
    void aRepeatAfterTheServerWasKilledIsTheSameMessage() throws IOException {
        Entrance entrance = SERVER.entrance();
        SendResult first;
        try (RawClient client = SERVER.raw(entrance, Transport.TCP, ann, "phone")) {
            first = client.sendAndAwait(client.text(id, bob, "once"));
        }

        SERVER.crash(entrance);

        try (RawClient client = SERVER.raw(SERVER.entrance(), Transport.TCP, ann, "phone")) {
            SendResult again = client.sendAndAwait(client.text(id, bob, "once"));
            assertThat(again.getCode()).isEqualTo(Code.OK);
            if (!SERVER.isCluster()) {
                assertThat(again).isEqualTo(first);
            }
            assertThat(client.sendAndAwait(client.text(id, bob, "twice")).getCode())
                    .isEqualTo(Code.CONFLICT);
            client.send(Frame.newBuilder()
                    .setGiveUp(GiveUp.newBuilder().setConversation(RawClient.peer(bob)))
                    .build());
            assertThat(standing(client, bob)).containsExactly(id);
            assertThat(page(client, bob).getPlaced(0).getEnvelope().getAcceptedMs())
                    .isEqualTo(first.getAcceptedMs());
        }
    }

    @Test
    void anotherBodyOrContentTypeUnderAKnownIdIsAConflict() throws IOException {
        try (RawClient client = SERVER.raw(ann, "phone")) {
            Frame send = client.text(id, bob, "once");
            client.sendAndAwait(send);
            Frame asData = client.data(id, bob, new byte[] {'o', 'n', 'c', 'e'});
            assertThat(client.sendAndAwait(asData).getCode()).isEqualTo(Code.CONFLICT);
            Frame.Builder otherType = send.toBuilder().setRef(client.nextRef());
            otherType.getSendBuilder().setContentType("text/html").setFirst(true);
            assertThat(client.sendAndAwait(otherType.build()).getCode()).isEqualTo(Code.CONFLICT);
            client.send(Frame.newBuilder()
                    .setGiveUp(GiveUp.newBuilder().setConversation(RawClient.peer(bob)))
                    .build());
            assertThat(standing(client, bob)).containsExactly(id);
        }
    }

    @Test
    void theSameIdOfAnotherSenderOrInAnotherConversationIsAnotherMessage() throws IOException {
        try (RawClient annPhone = SERVER.raw(ann, "phone");
                RawClient bobPhone = SERVER.raw(bob, "phone")) {
            assertThat(annPhone.sendAndAwait(annPhone.text(id, bob, "mine")).getCode())
                    .isEqualTo(Code.OK);
            assertThat(bobPhone.sendAndAwait(bobPhone.text(id, ann, "yours")).getCode())
                    .isEqualTo(Code.OK);
            assertThat(annPhone.sendAndAwait(annPhone.text(id, ann, "to myself"))
                            .getCode())
                    .isEqualTo(Code.OK);
            assertThat(standing(annPhone, bob)).containsExactly(id, id);
            assertThat(standing(annPhone, ann)).containsExactly(id);
        }
    }

    /** What stands in the conversation before a message that is sent now. */
    private static List<String> standing(RawClient client, String peer) throws IOException {
        String last = TestServer.messageId();
        assertThat(client.sendAndAwait(client.text(last, peer, "the last")).getCode())
                .isEqualTo(Code.OK);
        List<String> ids = TestServer.standing(client, peer, last);
        return ids.subList(0, ids.size() - 1);
    }

    private static SyncPage page(RawClient client, String peer) throws IOException {
        return client.page(peer, Sync.newBuilder());
    }
}
