package im.it;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.Close;
import im.protocol.v1.Code;
import im.protocol.v1.Feature;
import im.protocol.v1.Frame;
import im.protocol.v1.Frame.BodyCase;
import im.protocol.v1.Heads;
import im.protocol.v1.HeadsPage;
import im.protocol.v1.Placed;
import im.protocol.v1.Read;
import im.protocol.v1.Receipt;
import im.protocol.v1.Renew;
import im.testkit.client.RawClient;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What two people see of each other besides messages: delivered, read, unread, typing; and a token renewed meanwhile. */
@Tag(TestServer.CONFORMANCE)
class ReceiptIT {
    /** Of a token; its end is told within its second half, of which each session is looked at three times. */
    private static final Duration BRIEF = Duration.ofSeconds(16);

    @RegisterExtension
    static final TestServer SERVER = TestServer.ofEitherForm();

    private final String ann = TestServer.uid("ann");
    private final String bob = TestServer.uid("bob");

    @ParameterizedTest
    @EnumSource(Transport.class)
    void theSenderHearsWhenAMessageIsDeliveredAndWhenItIsRead(Transport transport) throws IOException {
        try (RawClient sender = featured(transport, ann, "phone");
                RawClient receiver = featured(transport, bob, "phone")) {
            sender.sendAndAwait(sender.text(TestServer.messageId(), bob, "hello"));
            long position = delivered(receiver).getPosition();

            receiver.ack(ann, position);
            assertReceipt(sender.await(BodyCase.RECEIPT).getReceipt(), Receipt.Kind.DELIVERED, position);
            read(receiver, ann, position);

            assertReceipt(sender.await(BodyCase.RECEIPT).getReceipt(), Receipt.Kind.READ, position);
        }
    }

    @Test
    void aDeviceThatReadTellsTheReadersOtherDevices() throws IOException {
        try (RawClient sender = featured(Transport.TCP, ann, "phone");
                RawClient phone = featured(Transport.TCP, bob, "phone");
                RawClient desk = featured(Transport.WS, bob, "desk")) {
            sender.sendAndAwait(sender.text(TestServer.messageId(), bob, "hello"));
            long position = delivered(phone).getPosition();
            delivered(desk);

            read(phone, ann, position);

            Receipt heard = desk.await(BodyCase.RECEIPT).getReceipt();
            assertThat(heard.getUid()).isEqualTo(bob);
            assertThat(heard.getKind()).isEqualTo(Receipt.Kind.READ);
            assertThat(heard.getUpTo()).isEqualTo(RawClient.cursor(ann, position));
        }
    }

    @Test
    void whatWasMissedStandsInTheListOfConversations() throws IOException {
        try (RawClient sender = featured(Transport.TCP, ann, "phone")) {
            for (int i = 0; i < 3; i++) {
                sender.sendAndAwait(sender.text(TestServer.messageId(), bob, "m" + i));
            }
        }
        List<Placed> missed = new ArrayList<>();
        try (RawClient receiver = featured(Transport.TCP, bob, "phone")) {
            while (missed.size() < 3) {
                missed.addAll(receiver.await(BodyCase.DELIVER).getDeliver().getPlacedList());
            }
            assertThat(head(receiver).getUnread()).isEqualTo(3);
            assertThat(head(receiver).getLast().getEnvelope().getText()).isEqualTo("m2");
            receiver.ack(ann, missed.get(2).getPosition());
            read(receiver, ann, missed.get(1).getPosition());
            receiver.await(BodyCase.RECEIPT);
        }

        try (RawClient sender = featured(Transport.TCP, ann, "tablet");
                RawClient receiver = featured(Transport.WS, bob, "desk")) {
            HeadsPage.Head seen = head(sender);
            assertThat(seen.getPeerRead()).isEqualTo(missed.get(1).getPosition());
            assertThat(seen.getPeerDelivered()).isEqualTo(missed.get(2).getPosition());
            assertThat(head(receiver).getUnread()).isEqualTo(1);
            assertThat(head(receiver).getRead()).isEqualTo(missed.get(1).getPosition());
        }
    }

    @Test
    void typingReachesThePeerAndIsKeptNowhere() throws IOException {
        try (RawClient sender = featured(Transport.TCP, ann, "phone");
                RawClient receiver = featured(Transport.WS, bob, "phone")) {
            receiver.await(BodyCase.CAUGHT_UP);
            Frame plain = sender.text(TestServer.messageId(), bob, "typing");
            Frame typing = plain.toBuilder()
                    .setSend(plain.getSend().toBuilder().setTransient(true))
                    .build();

            assertThat(sender.sendAndAwait(typing).getCode()).isEqualTo(Code.OK);

            Frame got = receiver.await(BodyCase.TRANSIENT);
            assertThat(got.getTransient().getEnvelope().getText()).isEqualTo("typing");
            assertThat(got.getTransient().getConversation()).isEqualTo(RawClient.peer(ann));
        }
        try (RawClient later = featured(Transport.TCP, bob, "desk")) {
            later.await(BodyCase.CAUGHT_UP);
            assertThat(later.inbox()).noneMatch(Frame::hasDeliver);
        }
    }

    @Test
    void aConnectionOutlivesItsTokenWhenItIsRenewed() throws IOException {
        String brief = SERVER.deployment().tokens().of(ann, Instant.now().plus(BRIEF));
        try (RawClient client = SERVER.connect(Transport.TCP);
                RawClient idle = SERVER.connect(Transport.TCP)) {
            client.handshake(RawClient.hello(brief, "phone").build());
            idle.handshake(RawClient.hello(brief, "desk").build());
            client.await(BodyCase.EXPIRING);
            client.send(Frame.newBuilder()
                    .setRef(client.nextRef())
                    .setRenew(Renew.newBuilder().setToken(SERVER.token(ann)))
                    .build());
            client.await(BodyCase.RENEWED);

            Close close = idle.awaitClose();
            assertThat(close.getCode()).isEqualTo(4401);
            assertThat(client.sendAndAwait(client.text(TestServer.messageId(), bob, "still here"))
                            .getCode())
                    .isEqualTo(Code.OK);
        }
    }

    private static RawClient featured(Transport transport, String uid, String device) throws IOException {
        return SERVER.welcomed(
                transport,
                RawClient.hello(SERVER.token(uid), device)
                        .addFeatures(Feature.RECEIPTS)
                        .addFeatures(Feature.TRANSIENT)
                        .build());
    }

    private static Placed delivered(RawClient client) {
        return client.await(BodyCase.DELIVER).getDeliver().getPlaced(0);
    }

    private static void read(RawClient client, String peer, long position) throws IOException {
        client.send(Frame.newBuilder()
                .setRef(client.nextRef())
                .setRead(Read.newBuilder().setUpTo(RawClient.cursor(peer, position)))
                .build());
    }

    private static HeadsPage.Head head(RawClient client) throws IOException {
        client.send(Frame.newBuilder()
                .setRef(client.nextRef())
                .setHeads(Heads.getDefaultInstance())
                .build());
        HeadsPage page = client.await(BodyCase.HEADS_PAGE).getHeadsPage();
        assertThat(page.getHeadsCount()).isEqualTo(1);
        return page.getHeads(0);
    }

    private void assertReceipt(Receipt receipt, Receipt.Kind kind, long position) {
        assertThat(receipt.getUid()).isEqualTo(bob);
        assertThat(receipt.getKind()).isEqualTo(kind);
        assertThat(receipt.getUpTo()).isEqualTo(RawClient.cursor(bob, position));
    }
}
