package im.client.internal.order;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.Code;
import im.protocol.v1.Conversation;
import im.protocol.v1.Send;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What one run of the app leaves open and the next one takes up: D12. */
class OutboxOverRunsTest {
    private static final long W = 600_000;

    private final OutboxTest.Wire wire = new OutboxTest.Wire();
    private final List<String> outcomes = new ArrayList<>();
    private final long now = TimeUnit.HOURS.toNanos(1);
    private final Outbox outbox = new Outbox(wire, () -> now, new SplittableRandom(7));

    private PendingSend send(String id) {
        Send send = Send.newBuilder()
                .setMessageId(id)
                .setConversation(Conversation.newBuilder().setPeer("peer-of-" + id))
                .build();
        return new PendingSend(send, new Settlement() {
            @Override
            public void accepted(long acceptedMillis) {
                outcomes.add(id + " accepted");
            }

            @Override
            public void rejected(Code code, String text) {
                outcomes.add(id + " " + code);
            }

            @Override
            public void unknown(String why) {
                outcomes.add(id + " unknown");
            }

            @Override
            public void left(String why) {
                outcomes.add(id + " left");
            }
        });
    }

    private void sendAndLose(String id) {
        outbox.connected(64, W);
        outbox.add(send(id));
        outbox.pump();
        outbox.disconnected();
    }

    private void restore(String id, long agoMillis) {
        PendingSend restored = send(id);
        restored.wasTried(now, TimeUnit.MILLISECONDS.toNanos(agoMillis));
        outbox.add(restored);
    }

    @Test
    void atTheEndWhatWasWrittenIsLeftAndWhatWasNotIsRejected() {
        sendAndLose("A");
        outbox.add(send("B"));

        outbox.settleAll(Code.UNAVAILABLE, "refused", false);

        assertThat(outcomes).containsExactlyInAnyOrder("A left", "B UNAVAILABLE");
    }

    @Test
    void atTheEndOfARunThatIsFollowedByAnotherEverythingIsLeft() {
        sendAndLose("A");
        outbox.add(send("B"));

        outbox.settleAll(Code.UNAVAILABLE, "shut down", true);

        assertThat(outcomes).containsExactlyInAnyOrder("A left", "B left");
        assertThat(outbox.isEmpty()).isTrue();
    }

    @Test
    void whatAnEarlierRunMayHaveWrittenGoesOutAgainWithinHalfTheWindowAndThenTheHeadDecides_D12() {
        restore("A", W / 2 - 1);
        restore("B", W / 2);

        outbox.connected(64, W);

        assertThat(wire.drain()).containsExactly("A#1");
        assertThat(wire.heads).containsExactly("peer-of-B");
        outbox.atHead("peer-of-B");
        assertThat(outcomes).containsExactly("B unknown");
    }

    @Test
    void whatWasTriedNobodyKnowsWhenIsNeverWrittenAgain_D12() {
        PendingSend restored = send("A");
        restored.wasTried(now, Long.MAX_VALUE);
        outbox.add(restored);

        outbox.connected(64, Long.MAX_VALUE / 1_000_000);

        assertThat(wire.drain()).isEmpty();
        assertThat(wire.heads).containsExactly("peer-of-A");
    }
}
