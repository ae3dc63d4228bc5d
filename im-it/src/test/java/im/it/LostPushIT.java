package im.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.protocol.v1.Code;
import im.protocol.v1.Frame;
import im.protocol.v1.Frame.BodyCase;
import im.protocol.v1.Ping;
import im.protocol.v1.Placed;
import im.testkit.client.RawClient;
import im.testkit.load.Stage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** D18: what was never pushed, and what no later message tells of, is found by the heartbeats alone. */
@Tag(TestServer.CONFORMANCE)
class LostPushIT {
    private static final Duration PING = Duration.ofMillis(500);

    @RegisterExtension
    static final TestServer SERVER =
            TestServer.ofEitherForm(spec -> TestServer.losesPushes(spec).set("session.heartbeat", "3s"));

    private final String ann = TestServer.uid("ann");
    private final String bob = TestServer.uid(TestServer.DEAF);
    private final List<String> sent = new ArrayList<>();

    @Test
    void aLostLastMessageIsFoundByASessionThatHasJustCaughtUpAndByOneThatIsIdle() throws IOException {
        try (RawClient receiver = SERVER.raw(bob, "phone")) {
            receiver.await(BodyCase.CAUGHT_UP);
            send(receiver, 1);
            Placed first = received(receiver, 1).get(0);

            letGoIdle(receiver);
            send(receiver, 1);
            Placed second = received(receiver, 1).get(0);

            assertThat(second.getPrev()).isEqualTo(first.getPosition());
            assertThat(List.of(first, second))
                    .extracting(placed -> placed.getEnvelope().getMessageId())
                    .isEqualTo(sent);
        }
    }

    @Test
    void manyLostMessagesComeInTheirOrder() throws IOException {
        try (RawClient receiver = SERVER.raw(bob, "phone")) {
            receiver.await(BodyCase.CAUGHT_UP);
            send(receiver, 30);

            List<Placed> got = received(receiver, 30);

            assertThat(got)
                    .extracting(placed -> placed.getEnvelope().getMessageId())
                    .isEqualTo(sent);
        }
    }

    /** The receiver says meanwhile that it lives. */
    private void send(RawClient receiver, int count) throws IOException {
        try (RawClient sender = SERVER.raw(ann, "phone")) {
            for (int i = 0; i < count; i++) {
                String id = TestServer.messageId();
                sent.add(id);
                if (i % 10 == 0) {
                    ping(receiver);
                }
                assertThat(sender.sendAndAwait(sender.text(id, bob, "unheard of"))
                                .getCode())
                        .isEqualTo(Code.OK);
            }
        }
    }

    /** Waits, and says meanwhile that it lives. */
    private List<Placed> received(RawClient client, int count) throws IOException {
        List<Placed> got = new ArrayList<>();
        await().pollInterval(PING).until(() -> {
            ping(client);
            while (client.inbox().stream().anyMatch(Frame::hasDeliver)) {
                got.addAll(client.await(BodyCase.DELIVER).getDeliver().getPlacedList());
            }
            return got.size() >= count;
        });
        client.ack(ann, got.get(count - 1).getPosition());
        return got;
    }

    /** Two heartbeats and more in which nothing happens. */
    private static void letGoIdle(RawClient client) throws IOException {
        int heartbeatMs = client.welcome().getHeartbeatMs();
        for (long passedMs = 0; passedMs < 2.5 * heartbeatMs; passedMs += PING.toMillis()) {
            ping(client);
            Stage.let(PING);
        }
        assertThat(client.inbox()).noneMatch(Frame::hasDeliver);
    }

    private static void ping(RawClient client) throws IOException {
        client.send(Frame.newBuilder()
                .setRef(client.nextRef())
                .setPing(Ping.getDefaultInstance())
                .build());
    }
}
