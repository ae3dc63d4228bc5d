package im.gateway.session;

import static im.gateway.session.ClientFrames.heads;
import static im.gateway.session.ClientFrames.sync;
import static im.gateway.session.SessionFixture.A;
import static im.gateway.session.SessionFixture.B;
import static im.gateway.session.SessionFixture.words;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.protocol.v1.HeadsPage;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The list of conversations, newest first, in pages. */
class HeadsTest {
    private final SessionFixture fixture = new SessionFixture();

    @Test
    void aHeadTellsWhatAListOfConversationsShows() {
        WireConnection connection = fixture.idle();
        IntStream.range(0, 3).forEach(i -> fixture.append(A));
        fixture.store.trim(A, 1);
        fixture.store.reads.put(A, 2L);

        connection.receive(heads(5, 0, ""));
        fixture.answer();

        HeadsPage page = connection.received().get(0).getHeadsPage();
        assertThat(page.getPage()).isEmpty();
        HeadsPage.Head head = page.getHeads(0);
        assertThat(head.getConversation().getPeer()).isEqualTo("a");
        assertThat(head.getHead()).isEqualTo(3);
        assertThat(head.getFirstHeld()).isEqualTo(2);
        assertThat(head.getRead()).isEqualTo(2);
        assertThat(head.getUnread()).isEqualTo(1);
        assertThat(head.getLast().getPosition()).isEqualTo(3);
        assertThat(head.getPeerDelivered()).isEqualTo(7);
        assertThat(head.getPeerRead()).isEqualTo(6);
    }

    @Test
    void pagesFollowOneAnotherUntilNoneIsLeft() {
        WireConnection connection = fixture.idle();
        IntStream.range(0, 5).forEach(i -> fixture.append(ConversationKey.direct("me", "p" + i)));

        assertThat(everyPage(connection, 2)).containsExactly("p4", "p3", "p2", "p1", "p0");
    }

    @Test
    void aPageThatWouldNotFitIntoAFrameEndsEarlierAndTheNextGoesOn() {
        WireConnection connection = fixture.idle();
        IntStream.range(0, 9).forEach(i -> fixture.append(ConversationKey.direct("me", "p" + i), 60_000));

        connection.receive(heads(1, 200, ""));
        fixture.answer();
        HeadsPage first = connection.received().get(0).getHeadsPage();

        assertThat(first.getHeadsCount()).isBetween(1, 8);
        assertThat(first.getPage()).isNotEmpty();
        assertThat(everyPage(connection, 200)).hasSize(9).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 201, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void aLimitOutsideItsRangeIsRefused(int limit) {
        WireConnection connection = fixture.idle();

        connection.receive(heads(5, limit, ""));

        assertThat(words(connection)).containsExactly("error#5 BAD_RANGE");
        assertThat(fixture.store.hasReads()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 200})
    void aLimitWithinItsRangeIsAnswered(int limit) {
        WireConnection connection = fixture.idle();

        connection.receive(heads(5, limit, ""));
        fixture.answer();

        assertThat(words(connection)).containsExactly("heads#5");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "x", "-1", "9223372036854775808", "00000000000000000001", "\u0663"})
    void aPageTokenThatIsNotOursIsMalformed(String page) {
        WireConnection connection = fixture.idle();

        connection.receive(heads(5, 0, page));

        assertThat(words(connection)).containsExactly("error#5 MALFORMED");
        assertThat(fixture.store.hasReads()).isFalse();
    }

    @Test
    void headsAndSyncsAreAnsweredInTheOrderTheyWereAskedOneReadAtATime() {
        WireConnection connection = fixture.idle();
        fixture.append(A);
        fixture.append(B);

        connection.receive(heads(1, 0, ""));
        connection.receive(sync(2, "a", 0, 1));
        connection.receive(heads(3, 1, ""));
        fixture.answer();

        assertThat(words(connection)).containsSubsequence("heads#1 b 2 a 1", "page#2 1", "heads#3 b 2");
    }

    @Test
    void morePagesThanMayWaitAreOverloaded() {
        WireConnection connection = fixture.idle();

        IntStream.range(0, 18).forEach(i -> connection.receive(heads(i, 1, "")));

        assertThat(words(connection)).containsExactly("error#17 OVERLOADED");
        fixture.answer();
        assertThat(words(connection)).hasSize(17);
    }

    @Test
    void aFailedReadIsAskedAgain() {
        WireConnection connection = fixture.idle();
        connection.receive(heads(1, 0, ""));

        fixture.store.fail();
        fixture.store.answer(0);
        fixture.manual.run();
        assertThat(connection.received()).isEmpty();
        fixture.manual.advance(200);
        fixture.answer();

        assertThat(words(connection)).containsExactly("heads#1");
    }

    private List<String> everyPage(WireConnection connection, int limit) {
        List<String> peers = new ArrayList<>();
        String token = "";
        for (int page = 0; page < 20; page++) {
            connection.receive(heads(5, limit, token));
            fixture.answer();
            HeadsPage heads = connection.received().get(0).getHeadsPage();
            heads.getHeadsList()
                    .forEach(head -> peers.add(head.getConversation().getPeer()));
            token = heads.getPage();
            if (token.isEmpty()) {
                return peers;
            }
        }
        throw new AssertionError("the pages do not end: " + peers);
    }
}
