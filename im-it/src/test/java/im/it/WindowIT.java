package im.it;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.Code;
import im.protocol.v1.Frame;
import im.protocol.v1.Frame.BodyCase;
import im.protocol.v1.Ping;
import im.protocol.v1.Placed;
import im.testkit.client.RawClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** D31 and D34: what is not acknowledged fills the window, and a full window ends live push, said once. */
@Tag(TestServer.CONFORMANCE)
class WindowIT {
    /** At once, and fewer than may be unanswered. */
    private static final int TOGETHER = 100;

    @RegisterExtension
    static final TestServer SERVER = TestServer.ofEitherForm(
            spec -> spec.set("session.window-messages", "16").set("session.heartbeat", "60s"));

    private final String ann = TestServer.uid("ann");
    private final String bob = TestServer.uid("bob");

    @Test
    void aLiveDeviceThatAcknowledgesNothingLagsOnceAndCatchesUpAsItAcknowledges() throws IOException {
        try (RawClient slow = SERVER.raw(bob, "phone");
                RawClient sender = SERVER.raw(ann, "phone")) {
            int window = slow.welcome().getLimits().getWindowMessages();
            int all = window + window / 2;
            slow.await(BodyCase.CAUGHT_UP);
            acknowledgeOne(slow, sender);
            send(sender, all);

            slow.await(BodyCase.LAGGING);
            List<Placed> got = new ArrayList<>();
            while (got.size() < window) {
                got.addAll(slow.await(BodyCase.DELIVER).getDeliver().getPlacedList());
            }
            assertThat(slow.inbox()).as("beyond the window").isEmpty();

            boolean caughtUp = false;
            while (!caughtUp || got.size() < all) {
                slow.ack(ann, got.get(got.size() - 1).getPosition());
                Frame frame = slow.await(any -> true, "more or CaughtUp");
                caughtUp |= frame.hasCaughtUp();
                assertThat(frame.hasLagging()).isFalse();
                assertThat(caughtUp || frame.getDeliver().getCatchingUp()).isTrue();
                got.addAll(frame.getDeliver().getPlacedList());
            }

            assertThat(got).hasSize(all);
            for (int i = 1; i < got.size(); i++) {
                assertThat(got.get(i).getPrev()).isEqualTo(got.get(i - 1).getPosition());
            }
            send(sender, 1);
            assertThat(slow.await(BodyCase.DELIVER).getDeliver().getCatchingUp())
                    .isFalse();
        }
    }

    @Test
    void aFullWindowOfOneDeviceDelaysNoOther() throws IOException {
        try (RawClient slow = SERVER.raw(bob, "phone");
                RawClient quick = SERVER.raw(bob, "desk");
                RawClient sender = SERVER.raw(ann, "phone")) {
            slow.await(BodyCase.CAUGHT_UP);
            quick.await(BodyCase.CAUGHT_UP);
            acknowledgeOne(slow, sender);
            quick.await(BodyCase.DELIVER);
            int more = slow.welcome().getLimits().getWindowMessages() + 1;
            send(sender, more);

            List<Placed> got = new ArrayList<>();
            while (got.size() < more) {
                got.addAll(quick.await(BodyCase.DELIVER).getDeliver().getPlacedList());
                quick.ack(ann, got.get(got.size() - 1).getPosition());
            }
            slow.await(BodyCase.LAGGING);
        }
    }

    /** From here on the server knows how far the device is, and says Lagging (D28). */
    private void acknowledgeOne(RawClient slow, RawClient sender) throws IOException {
        send(sender, 1);
        Placed first = slow.await(BodyCase.DELIVER).getDeliver().getPlaced(0);
        slow.ack(ann, first.getPosition());
        slow.send(Frame.newBuilder()
                .setRef(slow.nextRef())
                .setPing(Ping.getDefaultInstance())
                .build());
        slow.await(BodyCase.PONG);
    }

    private void send(RawClient sender, int count) throws IOException {
        for (int sent = 0; sent < count; sent += TOGETHER) {
            List<Frame> frames = Stream.generate(() -> sender.text(TestServer.messageId(), bob, "message"))
                    .limit(Math.min(TOGETHER, count - sent))
                    .toList();
            sender.sendTogether(frames);
            frames.forEach(
                    frame -> assertThat(sender.result(frame.getRef()).getCode()).isEqualTo(Code.OK));
        }
    }
}
