package im.gateway.session;

import static im.gateway.session.ClientFrames.ack;
import static im.gateway.session.ClientFrames.cursor;
import static im.gateway.session.ClientFrames.sync;
import static im.gateway.session.ClientFrames.syncBefore;
import static im.gateway.session.SessionFixture.A;
import static im.gateway.session.SessionFixture.words;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.Frame;
import im.protocol.v1.Resume;
import im.protocol.v1.SyncPage;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is held no more is told: D19, D20. */
class TruncationTest {
    private final SessionFixture fixture = new SessionFixture();
    private long attempt = 100;

    private void append(int messages) {
        IntStream.range(0, messages).forEach(i -> fixture.append(A));
    }

    @Test
    void theStreamTellsWithTheFirstMessageThatIsHeld_D20() {
        append(5);
        fixture.store.trim(A, 3);

        WireConnection connection = fixture.resumed(cursor("a", 1));
        fixture.answer();

        assertThat(words(connection)).containsExactly("C a 4 5 truncated 3", "caught up");
        assertThat(fixture.count("im.gateway.truncated")).isEqualTo(1);
    }

    @Test
    void aDeviceThatHasEverythingThatIsGoneIsToldNothing_D20() {
        append(5);
        fixture.store.trim(A, 3);

        WireConnection connection = fixture.resumed(cursor("a", 3));
        fixture.answer();

        assertThat(words(connection)).containsExactly("C a 4 5", "caught up");
    }

    @Test
    void whereNothingIsHeldItIsToldOnceWithoutAMessageAndMayBeAcknowledged_D20_D29() {
        append(2);
        fixture.store.trim(A, 2);
        WireConnection connection = fixture.resumed(cursor("a", 1));
        fixture.answer();
        assertThat(words(connection)).containsExactly("C a truncated 2", "caught up");

        for (int i = 0; i < 4; i++) {
            fixture.heartbeats(connection, 1);
            fixture.answer();
        }
        assertThat(words(connection)).isEmpty();
        connection.receive(ack("a", 2));
        fixture.answer();
        fixture.writeCursors();

        assertThat(fixture.store.cursors).containsEntry(A, 2L);
        fixture.becomeIdle(connection);
    }

    @Test
    void retentionThatPassesASlowStreamIsTold_D20() {
        append(SessionFixture.WINDOW + 4);
        WireConnection connection = fixture.resumed(cursor("a", 0));
        fixture.answer();
        assertThat(words(connection)).containsExactly("C a 1 2 3 4 5 6");

        fixture.store.trim(A, 8);
        connection.receive(ack("a", 6));
        fixture.answer();

        assertThat(words(connection)).containsExactly("C a 9 10 truncated 8", "caught up");
    }

    @Test
    void aPageSaysWhetherSomethingIsMissingAndWhatIsHeldFirst_D19_D20() {
        append(6);
        fixture.store.trim(A, 3);
        WireConnection connection = fixture.live(cursor("a", 6));

        assertThat(page(connection, sync(5, "a", 1, 10)))
                .returns(true, SyncPage::getTruncated)
                .returns(4L, SyncPage::getFirstHeld)
                .returns(6L, SyncPage::getHead)
                .returns(6L, SyncPage::getCompleteUpTo)
                .returns(3, SyncPage::getPlacedCount);
        assertThat(page(connection, sync(5, "a", 3, 10)).getTruncated()).isFalse();
    }

    @Test
    void aPageBackwardsEndsBeforeThePositionAndSaysAtTheStartThatThereWasMore_D19() {
        append(6);
        fixture.store.trim(A, 2);
        WireConnection connection = fixture.live(cursor("a", 6));

        assertThat(page(connection, syncBefore(5, "a", 6, 2)))
                .returns(true, SyncPage::getMore)
                .returns(false, SyncPage::getTruncated)
                .returns(4L, page -> page.getPlaced(0).getPosition())
                .returns(5L, page -> page.getPlaced(1).getPosition());
        assertThat(page(connection, syncBefore(5, "a", 4, 2)))
                .returns(false, SyncPage::getMore)
                .returns(true, SyncPage::getTruncated)
                .returns(3L, page -> page.getPlaced(0).getPosition());
    }

    @Test
    void aPageBackwardsDoesNotSayThatTheDeviceHasIt_D33() {
        append(6);
        WireConnection connection = fixture.live(cursor("a", 6));
        append(2);

        page(connection, syncBefore(5, "a", Long.MAX_VALUE, 1));
        fixture.deliver(connection, A);
        fixture.answer();

        assertThat(words(connection)).containsExactly("D a 7 8 9");
    }

    @Test
    void bothWaysAtOnceOrBelowNothingIsABadRange() {
        WireConnection connection = fixture.live();
        connection.receive(sync(5, "a", 1, 10).toBuilder()
                .setSync(sync(5, "a", 1, 10).getSync().toBuilder().setBefore(3))
                .build());
        connection.receive(syncBefore(6, "a", -1, 10));

        assertThat(words(connection)).containsExactly("error#5 BAD_RANGE", "error#6 BAD_RANGE");
    }

    @Test
    void aDeviceThatWasAwayForLongerThanMessagesAreHeldIsToldOnce_D20() {
        fixture.wallClock(Duration.ofDays(30).toMillis());
        fixture.store.clockMs = 77;
        long week = Duration.ofDays(7).toMillis();

        Frame late = caughtUp(Duration.ofDays(30).toMillis() - week - 1);
        Frame inTime = caughtUp(Duration.ofDays(30).toMillis() - week);
        Frame never = caughtUp(0);

        assertThat(late.getCaughtUp().getTruncated()).isTrue();
        assertThat(late.getCaughtUp().getCompleteAsOfMs()).isEqualTo(77);
        assertThat(inTime.getCaughtUp().getTruncated()).isFalse();
        assertThat(never.getCaughtUp().getTruncated()).isFalse();
    }

    private Frame caughtUp(long completeAsOfMs) {
        WireConnection connection = fixture.hello(
                ClientFrames.hello(++attempt).setClientCursors(true).build());
        connection.received();
        connection.receive(Frame.newBuilder()
                .setResume(Resume.newBuilder().setLast(true).setCompleteAsOfMs(completeAsOfMs))
                .build());
        fixture.answer();
        return connection.received().get(0);
    }

    private SyncPage page(WireConnection connection, Frame request) {
        connection.receive(request);
        fixture.answer();
        return connection.received().get(0).getSyncPage();
    }
}
