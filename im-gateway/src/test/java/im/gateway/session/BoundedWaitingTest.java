package im.gateway.session;

import static im.gateway.session.ClientFrames.sync;
import static im.gateway.session.ClientFrames.transientText;
import static im.gateway.session.SessionFixture.A;
import static im.gateway.session.SessionFixture.B;
import static im.gateway.session.SessionFixture.words;
import static org.assertj.core.api.Assertions.assertThat;

import im.gateway.connection.Loop;
import im.protocol.v1.Feature;
import im.relay.Receipt;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What waits, for room or for the store, is bounded and costs next to nothing. */
class BoundedWaitingTest {
    private static final long BUDGET = 64 << 20;

    private final SessionFixture fixture = new SessionFixture();

    private void loopIsFull() {
        fixture.manual.loop.outboundChanged(BUDGET);
    }

    private void loopHasRoom() {
        fixture.manual.loop.outboundChanged(-BUDGET);
        fixture.manual.advance(SessionFixture.HEARTBEAT_MILLIS / 4);
        fixture.answer();
    }

    @Test
    void pagesThatFailDoNotLetMoreBeAskedForThanMayWait() {
        WireConnection connection = fixture.live();
        for (int ref = 1; ref <= 17; ref++) {
            connection.receive(sync(ref, "a", 0, 10));
        }
        fixture.deliver(connection, B, Loop.LOW_WATER_BYTES + 1);
        fixture.store.fail();
        fixture.store.answer(0);
        fixture.manual.advance(200);

        connection.receive(sync(18, "a", 0, 10));

        assertThat(words(connection)).containsExactly("D b 1", "error#18 OVERLOADED");
    }

    @Test
    void aSessionThatWaitsForRoomIsLookedAtOnceATickHoweverMuchComesMeanwhile() {
        WireConnection connection = fixture.resumed();
        fixture.append(A);
        loopIsFull();
        fixture.answer();
        for (int i = 0; i < 1_000; i++) {
            fixture.push(connection, fixture.append(A));
        }
        fixture.answer();

        connection.looks = 0;
        fixture.manual.advance(SessionFixture.HEARTBEAT_MILLIS / 4);

        assertThat(connection.looks).isLessThan(500);
        loopHasRoom();
        assertThat(words(connection)).isNotEmpty();
    }

    @Test
    void aClosedSessionThatWaitedForRoomReadsNothingMore() {
        WireConnection connection = fixture.resumed();
        fixture.append(A);
        loopIsFull();
        fixture.answer();
        connection.close(im.protocol.CloseReason.PEER, "");
        fixture.store.asked.clear();

        loopHasRoom();

        assertThat(fixture.store.asked).isEmpty();
    }

    @Test
    void receiptsWaitForRoomAndTransientMessagesAreDropped() {
        WireConnection connection = fixture.featured("d", Feature.RECEIPTS, Feature.TRANSIENT);
        WireConnection sender = fixture.featured("e", Feature.TRANSIENT);
        Session session = (Session) Objects.requireNonNull(fixture.manual.loop.find(connection.id()));
        loopIsFull();

        session.pushReceipt(new Receipt(A, "a", Receipt.Kind.READ, 3));
        sender.receive(transientText(4, "a", 1, "typing"));
        fixture.manual.run();

        assertThat(words(connection)).isEmpty();
        assertThat(fixture.count("im.gateway.transients", "outcome", "dropped")).isEqualTo(1);
        loopHasRoom();
        assertThat(words(connection)).containsExactly("READ by a a 3");
    }

    /** Contract 12: JSON may take six bytes for one, so that its pages have to be shorter. */
    @Test
    void aWireThatNeedsShorterFramesIsStreamedShorterPages() {
        WireConnection connection = fixture.resumed();
        connection.wire = new ShorterFrames(40 * 1024);
        for (int i = 0; i < 4; i++) {
            fixture.append(A, 20 * 1024);
        }

        fixture.answer();

        assertThat(connection.pendingBytes()).isBetween(40_000L, 41_500L);
        assertThat(words(connection)).containsExactly("C a 1", "C a 2");
        fixture.answer();
        assertThat(words(connection)).startsWith("C a 3", "C a 4");
    }

    /** Each of its frames holds less. */
    private static final class ShorterFrames extends LikeTcp {
        private final int placedBudget;

        ShorterFrames(int placedBudget) {
            this.placedBudget = placedBudget;
        }

        @Override
        public int placedBudget() {
            return placedBudget;
        }
    }
}
