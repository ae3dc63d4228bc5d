package im.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.protocol.v1.Deliver;
import im.protocol.v1.Frame;
import im.protocol.v1.Frame.BodyCase;
import im.protocol.v1.Hello;
import im.protocol.v1.NewDevice;
import im.protocol.v1.Ping;
import im.protocol.v1.Placed;
import im.protocol.v1.Sync;
import im.protocol.v1.SyncPage;
import im.testkit.client.RawClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@Tag(TestServer.CONFORMANCE)
@ParameterizedClass
@EnumSource(
        value = Transport.class,
        names = {"TCP", "POLL"})
class ResumeIT {
    @RegisterExtension
    static final TestServer SERVER = TestServer.ofEitherForm();

    private final Transport transport;
    private final String ann = TestServer.uid("ann");
    private final String bob = TestServer.uid("bob");

    ResumeIT(Transport transport) {
        this.transport = transport;
    }

    @Test
    void aDeviceWithoutCursorsGoesOnWhereTheServersCopyIs() throws IOException {
        List<Placed> sent = sendFromAnn(4);
        try (RawClient first = SERVER.raw(transport, bob, "phone")) {
            assertThat(untilCaughtUp(first)).isEqualTo(sent);
            first.ack(ann, sent.get(1).getPosition());
            pong(first);
        }

        // Nothing tells when the copy is stored; a session that begins before it is gets more.
        await().pollInterval(Duration.ofMillis(500)).untilAsserted(() -> {
            try (RawClient second = SERVER.raw(transport, bob, "phone")) {
                assertThat(untilCaughtUp(second)).isEqualTo(sent.subList(2, 4));
            }
        });
    }

    @Test
    void theClientsCursorCountsEvenIfItIsBelowTheServersCopy() throws IOException {
        List<Placed> sent = sendFromAnn(4);
        String log;
        try (RawClient first = SERVER.raw(transport, bob, "phone")) {
            untilCaughtUp(first);
            first.ack(ann, sent.get(3).getPosition());
            log = pong(first);
        }

        try (RawClient second = SERVER.welcomed(transport, hello(log).build())) {
            second.resume(RawClient.cursor(ann, sent.get(0).getPosition()));
            assertThat(untilCaughtUp(second)).isEqualTo(sent.subList(1, 4));
        }
    }

    @Test
    void aConversationThatIsNotAmongTheClientsCursorsStartsAtTheFirstMessageHeld() throws IOException {
        List<Placed> sent = sendFromAnn(2);
        String log;
        try (RawClient first = SERVER.raw(transport, bob, "phone")) {
            untilCaughtUp(first);
            first.ack(ann, sent.get(1).getPosition());
            log = pong(first);
        }

        try (RawClient second = SERVER.welcomed(transport, hello(log).build())) {
            second.resume();
            assertThat(untilCaughtUp(second)).isEqualTo(sent);
        }
    }

    @Test
    void cursorsOfAnotherLogAreVoid() throws IOException {
        List<Placed> sent = sendFromAnn(2);

        try (RawClient client = SERVER.welcomed(transport, hello("another-log").build())) {
            assertThat(client.welcome().getLogId()).isNotEmpty().isNotEqualTo("another-log");
            client.resume(RawClient.cursor(ann, sent.get(1).getPosition()));
            assertThat(untilCaughtUp(client)).isEqualTo(sent);
        }
    }

    @Test
    void aNewDeviceFromTheHeadsGetsOnlyWhatComesAfterItsWelcome() throws IOException {
        sendFromAnn(2);
        try (RawClient heads = newDeviceOfBobFromTheHeads()) {
            assertThat(untilCaughtUp(heads)).isEmpty();

            List<Placed> later = sendFromAnn(1);

            Deliver live = heads.await(BodyCase.DELIVER).getDeliver();
            assertThat(live.getPlacedList()).isEqualTo(later);
            assertThat(live.getCatchingUp()).isFalse();
        }
    }

    @Test
    void aSyncFromTheStartAnswersWhatFollowsThePlaceWhereTheDeviceBegan() throws IOException {
        sendFromAnn(2);
        try (RawClient heads = newDeviceOfBobFromTheHeads()) {
            assertThat(untilCaughtUp(heads)).isEmpty();
            List<Placed> later = sendFromAnn(2);

            SyncPage page = heads.page(ann, Sync.newBuilder().setFromStart(true));

            assertThat(page.getPlacedList()).isEqualTo(later);
        }
    }

    private RawClient newDeviceOfBobFromTheHeads() throws IOException {
        return RawClient.welcomed(
                SERVER.deployment().ws(),
                RawClient.hello(SERVER.token(bob), "heads")
                        .setNewDevice(NewDevice.FROM_HEADS)
                        .build());
    }

    @Test
    void whatWasMissedIsMarkedAndEndsWithOneCaughtUpAfterWhichMessagesAreLive() throws IOException {
        List<Placed> sent = sendFromAnn(3);
        try (RawClient client = SERVER.raw(transport, bob, "phone")) {
            List<Placed> missed = new ArrayList<>();
            Frame frame;
            while ((frame = client.await(any -> true, "CaughtUp")).getBodyCase() != BodyCase.CAUGHT_UP) {
                assertThat(frame.getDeliver().getCatchingUp()).isTrue();
                assertThat(frame.getDeliver().getConversation().getPeer()).isEqualTo(ann);
                missed.addAll(frame.getDeliver().getPlacedList());
            }
            assertThat(missed).isEqualTo(sent);

            List<Placed> later = sendFromAnn(1);

            Deliver live = client.await(BodyCase.DELIVER).getDeliver();
            assertThat(live.getCatchingUp()).isFalse();
            assertThat(live.getPlacedList()).isEqualTo(later);
            assertThat(later.get(0).getPrev()).isEqualTo(sent.get(2).getPosition());
            pong(client);
            assertThat(client.inbox()).isEmpty();
        }
    }

    @Test
    void aConversationLongerThanTheWindowIsStreamedAsItIsAcknowledged() throws IOException {
        List<Placed> sent = sendFromAnn(700);
        try (RawClient client = SERVER.raw(transport, bob, "phone")) {
            List<Placed> got = new ArrayList<>();
            while (got.size() < 512) {
                got.addAll(client.await(BodyCase.DELIVER).getDeliver().getPlacedList());
            }
            pong(client);
            assertThat(client.inbox()).as("beyond the window").isEmpty();

            client.ack(ann, got.get(got.size() - 1).getPosition());

            got.addAll(untilCaughtUp(client));
            assertThat(got).isEqualTo(sent);
        }
    }

    private Hello.Builder hello(String log) {
        return RawClient.hello(SERVER.token(bob), "phone").setLogId(log).setClientCursors(true);
    }

    /** Sends as ann to bob; what ann's own device was then given, which is what bob has to get. */
    private List<Placed> sendFromAnn(int count) throws IOException {
        try (RawClient client = SERVER.welcomed(
                transport,
                RawClient.hello(SERVER.token(ann), TestServer.uid("device"))
                        .setNewDevice(NewDevice.FROM_HEADS)
                        .build())) {
            untilCaughtUp(client);
            List<Placed> own = new ArrayList<>();
            for (int sent = 0; sent < count; sent += 100) {
                for (int i = sent; i < Math.min(count, sent + 100); i++) {
                    client.send(client.text(TestServer.messageId(), bob, "message " + i));
                }
                while (own.size() < Math.min(count, sent + 100)) {
                    Deliver deliver = client.await(BodyCase.DELIVER).getDeliver();
                    own.addAll(deliver.getPlacedList());
                    client.ack(bob, own.get(own.size() - 1).getPosition());
                }
            }
            return own;
        }
    }

    private static List<Placed> untilCaughtUp(RawClient client) {
        List<Placed> got = new ArrayList<>();
        Frame frame;
        while ((frame = client.await(any -> true, "CaughtUp")).getBodyCase() != BodyCase.CAUGHT_UP) {
            got.addAll(frame.getDeliver().getPlacedList());
        }
        return got;
    }

    /** Waits until the server has taken all that was sent before; returns its log's id. */
    private static String pong(RawClient client) throws IOException {
        long ref = client.nextRef();
        client.send(Frame.newBuilder()
                .setRef(ref)
                .setPing(Ping.getDefaultInstance())
                .build());
        client.await(frame -> frame.getRef() == ref, "the pong");
        return client.welcome().getLogId();
    }
}
