package im.gateway.session;

import static im.gateway.session.ClientFrames.ack;
import static im.gateway.session.ClientFrames.cursor;
import static im.gateway.session.SessionFixture.A;
import static im.gateway.session.SessionFixture.B;
import static im.gateway.session.SessionFixture.words;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.CloseReason;
import im.protocol.ConversationKey;
import im.protocol.v1.Cursor;
import im.relay.ConversationStore.CompareRequest;
import im.relay.PlacedMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Catch-up and live push of a session that knows its numbers (D21, D24, D25, D37). */
class DeliveryTest {
    private final SessionFixture fixture = new SessionFixture();

    @Test
    void aDeviceWithoutCursorsStartsWhereItsStoredCursorIs() {
        append(A, 3);
        fixture.store.cursors.put(A, 2L);

        WireConnection connection = fixture.welcomed();
        fixture.answer();

        assertThat(words(connection)).containsExactly("C a 3", "caught up");
    }

    @Test
    void theCursorThatResumeBringsCountsAlthoughTheStoredOneIsHigher_D21() {
        append(A, 3);
        fixture.store.cursors.put(A, 3L);

        WireConnection connection = fixture.resumed(cursor("a", 1));
        fixture.answer();

        assertThat(words(connection)).containsExactly("C a 2 3", "caught up");
    }

    @Test
    void aDirectChatIsReadBeforeTheGroupsThatWaitAlsoIfItsMessageComesDuringCatchUp() {
        ConversationKey one = ConversationKey.group("one");
        ConversationKey two = ConversationKey.group("two");
        append(one, 1);
        append(two, 1);
        WireConnection connection = fixture.resumed();
        fixture.answerOne();
        fixture.deliver(connection, A);

        fixture.answer();

        assertThat(fixture.store.asked)
                .containsSequence("page " + two.text() + " after 0", "compare", "page " + A.text() + " after 0")
                .endsWith("page " + one.text() + " after 0");
    }

    @Test
    void nothingIsReadBeforeTheLastResume() {
        WireConnection connection =
                fixture.hello(ClientFrames.hello(1).setClientCursors(true).build());
        fixture.deliver(connection, A);
        connection.receive(ClientFrames.resume(false, cursor("b", 0)));
        assertThat(fixture.store.asked).isEmpty();

        connection.receive(ClientFrames.resume(true, cursor("a", 0)));
        fixture.answer();

        assertThat(words(connection)).containsExactly("welcome", "C a 1", "caught up");
    }

    @Test
    void aPushBetweenCompareAndCaughtUpIsWrittenBeforeCaughtUp_D24() {
        WireConnection connection = fixture.resumed(cursor("a", 0));
        fixture.store.execute(0);

        fixture.deliver(connection, A);
        assertThat(words(connection)).isEmpty();
        fixture.answer();

        assertThat(words(connection)).containsExactly("C a 1", "caught up");
    }

    @Test
    void aPushOfAnUnknownConversationBeforeCaughtUpComparesAgain_D24() {
        WireConnection connection = fixture.resumed();
        fixture.store.execute(0);

        fixture.deliver(connection, A);
        fixture.answer();

        assertThat(words(connection)).containsExactly("C a 1", "caught up");
        assertThat(fixture.store.asked).startsWith("compare", "compare");
    }

    @Test
    void aPushForAConversationThatIsStreamedIsReadFromTheStoreOnce_D24() {
        append(A, 2);
        WireConnection connection = fixture.resumed(cursor("a", 0));
        fixture.answerOne();
        fixture.store.execute(0);

        fixture.deliver(connection, A);
        fixture.answer();

        assertThat(words(connection)).containsExactly("C a 1 2", "C a 3", "caught up");
    }

    @Test
    void aPushAboveTheConversationsThatCanBeRememberedComparesAgain_D24() {
        // Given 64 conversations that pushes made the session remember, and a page of another that was read before
        List<ConversationKey> others = IntStream.range(0, 64)
                .mapToObj(i -> ConversationKey.direct("me", "p" + i))
                .toList();
        List<Cursor> cursors = new ArrayList<>(List.of(cursor("a", 0)));
        others.forEach(o -> cursors.add(cursor(o.peerOf("me"), 0)));
        fixture.append(A);
        WireConnection connection = fixture.resumed(cursors.toArray(Cursor[]::new));
        fixture.answerOne();
        fixture.store.execute(0);
        others.forEach(o -> fixture.deliver(connection, o));

        // When one more comes, for the conversation whose page is under way
        PlacedMessage last = fixture.deliver(connection, A);

        // Then it is written before CaughtUp all the same
        List<String> written = catchUp(connection);
        assertThat(written).contains("C a " + last.position()).endsWith("caught up");
        assertThat(fixture.store.asked).filteredOn("compare"::equals).hasSize(2);
    }

    @Test
    void aLivePushIsWrittenAtOnceAndOnce_D24() {
        WireConnection connection = fixture.live(cursor("a", 0));

        PlacedMessage message = fixture.deliver(connection, A);
        fixture.push(connection, message);

        assertThat(words(connection)).containsExactly("D a 1");
        assertThat(fixture.count("im.gateway.late.pushes")).isEqualTo(1);
    }

    @Test
    void aLivePushThatDoesNotJoinOnIsRepairedFromTheStore_D24() {
        WireConnection connection = fixture.live(cursor("a", 0));
        fixture.append(A);

        fixture.deliver(connection, A);
        assertThat(words(connection)).isEmpty();
        fixture.answer();

        assertThat(words(connection)).containsExactly("D a 1 2");
        assertThat(fixture.store.asked).endsWith("page d|a|me after 0");
    }

    @Test
    void aPushForAConversationUnderRepairIsReadFromTheStore_D24() {
        WireConnection connection = fixture.live(cursor("a", 0));
        fixture.append(A);
        fixture.deliver(connection, A);
        fixture.store.execute(0);

        fixture.deliver(connection, A);
        fixture.answer();

        assertThat(words(connection)).containsExactly("D a 1 2", "D a 3");
    }

    @Test
    void whileOneConversationIsUnderRepairTheOthersStayLive() {
        WireConnection connection = fixture.live(cursor("a", 0), cursor("b", 0));
        fixture.append(A);
        fixture.deliver(connection, A);

        fixture.deliver(connection, B);

        assertThat(words(connection)).containsExactly("D b 3");
    }

    @Test
    void afterLaggingTheHeadsAreComparedAnew_D25() {
        // Given a session that lags, and a message whose push was lost
        WireConnection connection = fixture.live(cursor("a", 0), cursor("b", 0));
        deliver(connection, A, SessionFixture.WINDOW + 1);
        fixture.append(B);
        connection.received();

        connection.receive(ack("a", 6));
        fixture.answer();

        assertThat(words(connection)).containsExactlyInAnyOrder("C b 8", "C a 7", "caught up");
    }

    @Test
    void caughtUpWaitsForAPushThatTheStoreDoesNotShowYet_D25() {
        WireConnection connection = fixture.live(cursor("a", 0));
        deliver(connection, A, SessionFixture.WINDOW);
        PlacedMessage message = fixture.store.place(A, 1, 10);
        fixture.push(connection, message);
        connection.received();
        connection.receive(ack("a", 6));
        fixture.answer();
        assertThat(words(connection)).isEmpty();
        fixture.store.asked.clear();

        fixture.store.show(message);
        fixture.answer();
        assertThat(fixture.store.asked).as("not read again at once").isEmpty();
        fixture.manual.advance(200);
        fixture.answer();

        assertThat(words(connection)).containsExactly("C a 7", "caught up");
    }

    @Test
    void aCompareSaysWhatTheDeviceHas() {
        WireConnection connection = fixture.live(cursor("a", 0));
        deliver(connection, A, SessionFixture.WINDOW + 1);

        CompareRequest request = fixture.store.compares.get(1);
        assertThat(request.known()).isEqualTo(Map.of(A, 6L));
        assertThat(request.complete()).isTrue();
        assertThat(request.wanted()).isEmpty();
    }

    @Test
    void answersOfAClosedSessionAreDropped_D37() {
        append(A, 1);
        WireConnection comparing = fixture.resumed(cursor("a", 0));
        fixture.store.execute(0);
        WireConnection paging = fixture.resumed(cursor("a", 0));
        fixture.store.execute(0);
        fixture.store.answer(1);
        fixture.manual.run();
        int asked = fixture.store.asked.size();

        comparing.close(CloseReason.PEER, "");
        paging.close(CloseReason.PEER, "");
        fixture.answer();

        assertThat(fixture.store.asked).hasSize(asked);
        assertThat(words(paging)).isEmpty();
        assertThat(fixture.metrics.active()).isZero();
        assertThat(fixture.meters
                        .get("im.gateway.deliveries")
                        .tag("how", "stream")
                        .counter()
                        .count())
                .isZero();
    }

    @Test
    void aReadThatFailsIsAskedAgainWhenItIsWorthIt() {
        append(A, 1);
        WireConnection connection = fixture.resumed(cursor("a", 0));

        failOne();
        assertThat(fixture.store.asked).containsExactly("compare");
        fixture.manual.advance(100);
        assertThat(fixture.store.asked).containsExactly("compare", "compare");
        fixture.answerOne();
        failOne();
        fixture.manual.advance(100);
        fixture.answer();

        assertThat(words(connection)).containsExactly("C a 1", "caught up");
    }

    @Test
    void aReadThatFailedIsNotAskedAgainByAClosedSession() {
        WireConnection connection = fixture.resumed();
        failOne();

        connection.close(CloseReason.PEER, "");
        fixture.manual.advance(1_000);

        assertThat(fixture.store.asked).containsExactly("compare");
    }

    @Test
    void aPageIsCutIntoFramesBelowTheFrameLimit() {
        SessionFixture wide = new SessionFixture(256 * 1024, 16);
        wide.append(A, 60_000);
        wide.append(A, 60_000);
        wide.append(A, 11_000);

        WireConnection connection = wide.resumed(cursor("a", 0));
        wide.answer();

        assertThat(words(connection)).containsExactly("C a 1 2", "C a 3", "caught up");
    }

    private void failOne() {
        fixture.store.fail();
        fixture.store.answer(0);
        fixture.manual.run();
    }

    private void append(ConversationKey conversation, int count) {
        for (int i = 0; i < count; i++) {
            fixture.append(conversation);
        }
    }

    private void deliver(WireConnection connection, ConversationKey conversation, int count) {
        for (int i = 0; i < count; i++) {
            fixture.deliver(connection, conversation);
        }
    }

    /** Reads and acknowledges until CaughtUp; all that was written on the way. */
    private List<String> catchUp(WireConnection connection) {
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 1_000 && !all.contains("caught up"); i++) {
            fixture.answer();
            for (String word : words(connection)) {
                all.add(word);
                String[] parts = word.split(" ");
                if (parts[0].equals("C")) {
                    connection.receive(ack(parts[1], Long.parseLong(parts[parts.length - 1])));
                }
            }
        }
        return all;
    }
}
