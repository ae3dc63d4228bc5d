package im.it;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.Code;
import im.protocol.v1.Frame;
import im.protocol.v1.SendResult;
import im.protocol.v1.Sync;
import im.protocol.v1.SyncPage;
import im.testkit.client.RawClient;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** D11: the same message is one message. */
@Tag(TestServer.CONFORMANCE)
@Timeout(120)
class DedupeIT {
    @RegisterExtension
    static final TestServer SERVER = TestServer.ofEitherForm();

    private final String ann = TestServer.uid("ann");
    private final String bob = TestServer.uid("bob");
    private final String id = TestServer.messageId();

    @Test
    void aRepeatOnAnyConnectionIsTheSameMessage() throws IOException {
        SendResult first;
        try (RawClient client = SERVER.raw(ann, "phone")) {
            first = client.sendAndAwait(client.text(id, bob, "once"));
            SendResult second = client.sendAndAwait(client.text(id, bob, "once"));
            assertThat(second).isEqualTo(first);
        }
        try (RawClient client = SERVER.raw(Transport.WS, ann, "desk")) {
            assertThat(client.sendAndAwait(client.text(id, bob, "once"))).isEqualTo(first);
            assertThat(page(client, bob).getPlacedCount()).isEqualTo(1);
        }
        assertThat(first.getCode()).isEqualTo(Code.OK);
        assertThat(first.getAcceptedMs()).isPositive();
    }

    @Test
    void aRepeatAfterTheServerWasKilledIsTheSameMessage() throws IOException {
        SendResult first;
        try (RawClient client = SERVER.raw(ann, "phone")) {
            first = client.sendAndAwait(client.text(id, bob, "once"));
        }

        SERVER.crash();

        try (RawClient client = SERVER.raw(ann, "phone")) {
            assertThat(client.sendAndAwait(client.text(id, bob, "once"))).isEqualTo(first);
            assertThat(page(client, bob).getPlacedCount()).isEqualTo(1);
            assertThat(client.sendAndAwait(client.text(id, bob, "twice")).getCode())
                    .isEqualTo(Code.CONFLICT);
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
            assertThat(page(client, bob).getPlacedCount()).isEqualTo(1);
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
            assertThat(page(annPhone, bob).getPlacedCount()).isEqualTo(2);
            assertThat(page(annPhone, ann).getPlacedCount()).isEqualTo(1);
        }
    }

    private static SyncPage page(RawClient client, String peer) throws IOException {
        return client.page(peer, Sync.newBuilder());
    }
}
