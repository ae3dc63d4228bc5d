package im.gateway.session;

import static im.gateway.session.ClientFrames.ack;
import static im.gateway.session.ClientFrames.cursor;
import static im.gateway.session.ClientFrames.sync;
import static im.gateway.session.SessionFixture.A;
import static im.gateway.session.SessionFixture.B;
import static im.gateway.session.SessionFixture.words;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import org.junit.jupiter.api.Test;

/** The window, the outbound queue, and Sync past both (D31, D33, D34, D35). */
class WindowTest {
    private final SessionFixture fixture = new SessionFixture();
    private final SessionFixture wide = new SessionFixture(256 * 1024, 16);

    @Test
    void aFullWindowStopsTheStreamUntilAnAckGivesRoom_D31() {
        append(10);
        WireConnection connection = fixture.resumed(cursor("a", 0));
        fixture.answer();
        assertThat(words(connection)).containsExactly("C a 1 2 3 4 5 6");

        connection.receive(ack("a", 2));
        fixture.answer();
        assertThat(words(connection)).containsExactly("C a 7 8");
        connection.receive(ack("a", 8));
        fixture.answer();

        assertThat(words(connection)).containsExactly("C a 9 10", "caught up");
    }

    @Test
    void aLivePushThatFindsNoRoomMakesTheSessionLagOnce_D31_D34() {
        WireConnection connection = fixture.live(cursor("a", 0));
        deliver(connection, 6);
        assertThat(words(connection)).hasSize(6);

        deliver(connection, 2);
        fixture.answer();
        assertThat(words(connection)).containsExactly("lagging");
        connection.receive(ack("a", 6));
        fixture.answer();

        assertThat(words(connection)).containsExactly("C a 7 8", "caught up");
    }

    @Test
    void theWindowCountsStreamedAndLiveTogether_D31() {
        append(4);
        WireConnection connection = fixture.resumed(cursor("a", 0));
        fixture.answer();

        deliver(connection, 3);

        assertThat(words(connection)).containsExactly("C a 1 2 3 4", "caught up", "D a 5", "D a 6", "lagging");
    }

    @Test
    void theWindowCountsBytesToo_D31() {
        WireConnection connection = fixture.live(cursor("a", 0));

        for (int i = 0; i < 5; i++) {
            fixture.deliver(connection, A, 30_000);
        }

        assertThat(words(connection)).containsExactly("D a 1", "D a 2", "D a 3", "D a 4", "lagging");
    }

    @Test
    void aWindowWithoutRoomForTheLargestMessageAsksForNoPage_D31() {
        for (int i = 0; i < 5; i++) {
            fixture.append(A, 30_000);
        }

        WireConnection connection = fixture.resumed(cursor("a", 0));
        fixture.answer();

        assertThat(words(connection)).containsExactly("C a 1 2 3 4");
        assertThat(fixture.store.asked).containsExactly("compare", "page d|a|me after 0");
    }

    @Test
    void bytesThatAreAcknowledgedGiveRoomAgain_D31() {
        WireConnection connection = fixture.live(cursor("a", 0));

        for (int i = 1; i <= 20; i++) {
            fixture.deliver(connection, A, 60_000);
            connection.flush(1);
            connection.receive(ack("a", i));
        }

        assertThat(words(connection)).hasSize(20).doesNotContain("lagging");
    }

    @Test
    void aPageTakesNoMoreThanTheWindowHasLeftWhenItComes_D31() {
        // Given a repair whose page was read for six messages, and three live ones since
        WireConnection connection = fixture.live(cursor("a", 0), cursor("b", 0));
        append(4);
        deliver(connection, 1);
        fixture.store.execute(0);
        for (int i = 0; i < 3; i++) {
            fixture.deliver(connection, B);
        }

        fixture.answer();
        assertThat(words(connection)).containsExactly("D b 6", "D b 7", "D b 8", "D a 1 2 3");
        connection.receive(ack("b", 8));
        fixture.answer();

        assertThat(words(connection)).containsExactly("D a 4 5");
    }

    @Test
    void aPageTakesNoMoreThanTheOutboundQueueCanHold_D35() {
        // Given a socket that takes nothing, a repair whose page was read, and 210 KB queued since
        WireConnection connection = wide.live(cursor("a", 0), cursor("b", 0));
        wide.append(ConversationKey.direct("me", "c"), 30_000);
        connection.receive(sync(5, "c", 0, 1));
        wide.answer();
        wide.append(A, 60_000);
        wide.deliver(connection, A);
        wide.store.execute(0);
        for (int i = 0; i < 3; i++) {
            wide.deliver(connection, B, 60_000);
        }

        wide.answer();
        assertThat(connection.pendingBytes()).isLessThan(256 * 1024);
        assertThat(words(connection)).containsExactly("page#5 1", "D b 4", "D b 5", "D b 6");
        connection.receive(ack("b", 6));
        wide.answer();

        assertThat(words(connection)).containsExactly("D a 2 3");
    }

    @Test
    void aSyncIsAnsweredThroughAFullWindowAndItsPageIsNotWrittenAgain_D33() {
        append(8);
        WireConnection connection = fixture.resumed(cursor("a", 0));
        fixture.answer();
        connection.received();

        connection.receive(sync(5, "a", 6, 10));
        fixture.answer();
        assertThat(words(connection)).containsExactly("page#5 7 8");
        connection.receive(ack("a", 6));
        fixture.answer();

        assertThat(words(connection)).containsExactly("caught up");
    }

    @Test
    void aPageThatDoesNotJoinOnIsStreamedAllTheSame_D33() {
        append(8);
        WireConnection connection = fixture.resumed(cursor("a", 0));
        fixture.answer();
        connection.received();

        connection.receive(sync(5, "a", 7, 10));
        connection.receive(ack("a", 6));
        fixture.answer();

        assertThat(words(connection)).containsExactly("page#5 8", "C a 7 8", "caught up");
    }

    @Test
    void aPageOfWhatWasWrittenBeforeLeavesTheNumberWhereItIs_D33() {
        WireConnection connection = fixture.live(cursor("a", 0));
        deliver(connection, 3);
        connection.receive(sync(5, "a", 0, 2));
        fixture.answer();
        connection.received();

        fixture.deliver(connection, A);

        assertThat(words(connection)).containsExactly("D a 4");
    }

    @Test
    void aSyncComesBeforeTheNextPageOfTheStream_D33() {
        append(1);
        fixture.append(B);
        WireConnection connection = fixture.resumed(cursor("a", 0), cursor("b", 0));
        fixture.answerOne();

        connection.receive(sync(5, "a", 0, 10));
        connection.receive(sync(6, "b", 0, 10));
        fixture.answerOne();
        fixture.answerOne();
        fixture.answerOne();

        assertThat(words(connection)).containsExactly("C b 2", "page#5 1", "page#6 2");
    }

    @Test
    void onePageAtATimeIsReadForASession_D33() {
        WireConnection connection = fixture.live();
        int before = fixture.store.asked.size();

        connection.receive(sync(5, "a", 0, 10));
        connection.receive(sync(6, "b", 0, 10));

        assertThat(fixture.store.asked).hasSize(before + 1);
    }

    @Test
    void aSyncThatFailsIsAnsweredLaterAndFirst() {
        append(1);
        WireConnection connection = fixture.live(cursor("a", 1));
        connection.receive(sync(5, "a", 0, 10));
        connection.receive(sync(6, "a", 1, 10));

        fixture.store.fail();
        fixture.store.answer(0);
        fixture.manual.run();
        fixture.manual.advance(100);
        fixture.answer();

        assertThat(words(connection)).containsExactly("page#5 1", "page#6");
    }

    @Test
    void syncAndStreamWaitUntilTheSocketTakesBytes_D34() {
        wide.append(A, 60_000);
        wide.append(B, 60_000);
        WireConnection connection = wide.resumed(cursor("a", 0), cursor("b", 0));
        wide.answer();
        assertThat(wide.store.asked).containsExactly("compare", "page d|b|me after 0");
        connection.receive(sync(5, "a", 0, 10));
        assertThat(wide.store.hasReads()).isFalse();

        connection.flush(1);
        wide.answer();
        connection.flush(1);
        wide.answer();

        assertThat(words(connection)).containsExactly("C b 2", "page#5 1", "caught up");
    }

    @Test
    void aLivePushThatTheOutboundQueueCannotHoldMakesTheSessionLagOnce_D34_D35() {
        // Given a socket that takes nothing, with a page and two messages in its queue: 240 KB
        WireConnection connection = wide.live(cursor("a", 0), cursor("b", 0));
        wide.append(B, 60_000);
        wide.append(B, 60_000);
        connection.receive(sync(5, "b", 0, 10));
        wide.answer();
        wide.deliver(connection, A, 60_000);
        wide.deliver(connection, A, 60_000);

        wide.deliver(connection, A, 60_000);
        wide.deliver(connection, A, 60_000);
        wide.answer();

        assertThat(connection.pendingBytes()).isLessThan(256 * 1024);
        assertThat(words(connection)).containsExactly("page#5 1 2", "D a 3", "D a 4", "lagging");
        wide.answer();
        assertThat(words(connection)).containsExactly("C a 5 6", "caught up");
    }

    private void append(int count) {
        for (int i = 0; i < count; i++) {
            fixture.append(A);
        }
    }

    private void deliver(WireConnection connection, int count) {
        for (int i = 0; i < count; i++) {
            fixture.deliver(connection, A);
        }
    }
}
