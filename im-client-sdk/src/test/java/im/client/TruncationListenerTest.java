package im.client;

import static im.client.FakePeer.placed;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.CaughtUp;
import im.protocol.v1.Deliver;
import im.protocol.v1.Frame;
import im.protocol.v1.Frame.BodyCase;
import im.protocol.v1.Resume;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the app hears of messages that nobody holds any more, and what the gateway is told: D20. */
class TruncationListenerTest {
    private final BlockingQueue<Truncation> truncations = new LinkedBlockingQueue<>();

    private Truncation truncation() throws InterruptedException {
        Truncation told = truncations.poll(FakeGateway.WAIT_SECONDS, TimeUnit.SECONDS);
        assertThat(told).as("a truncation").isNotNull();
        return told;
    }

    @Test
    void aTruncationReachesTheAppAndItsEndIsAcknowledged_D20() throws Exception {
        try (ClientFixture it =
                new ClientFixture(FakeGateway.tcp(), builder -> builder.truncationListener(truncations::add))) {
            FakePeer peer = it.connect();

            peer.say(Frame.newBuilder()
                    .setDeliver(Deliver.newBuilder()
                            .setConversation(FakePeer.conversation("bob"))
                            .setTruncatedUpTo(7)));

            assertThat(truncation()).isEqualTo(new Truncation(Conversation.peer("bob"), 0, 7));
            assertThat(peer.expect(BodyCase.ACK).getAck().getCursors(0).getPosition())
                    .isEqualTo(7);
        }
    }

    @Test
    void howFarTheDeviceIsCompleteIsBroughtInResumeAndATruncationAnywhereIsToldOnce_D20() throws Exception {
        try (ClientFixture it =
                new ClientFixture(FakeGateway.tcp(), builder -> builder.truncationListener(truncations::add))) {
            it.client.connect();
            FakePeer peer = it.gateway.accept();
            peer.expect(BodyCase.HELLO);
            peer.say(FakePeer.welcome());
            peer.deliver("bob", placed(3, 0, "bob", "x"));
            peer.say(Frame.newBuilder()
                    .setCaughtUp(CaughtUp.newBuilder().setTruncated(true).setCompleteAsOfMs(1_000)));
            assertThat(truncation().isEverywhere()).isTrue();
            assertThat(it.texts(1)).containsExactly("x");
            peer.expect(BodyCase.ACK);
            it.until(ConnectionState.LIVE);

            peer.hangUp();

            FakePeer again = it.reconnected();
            Resume resume = again.expect(BodyCase.RESUME).getResume();
            assertThat(resume.getCompleteAsOfMs()).isEqualTo(1_000);
            assertThat(resume.getCursors(0).getPosition()).isEqualTo(3);
            assertThat(truncations).isEmpty();
        }
    }
}
