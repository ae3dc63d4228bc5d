package im.gateway.session;

import static im.gateway.session.ClientFrames.read;
import static im.gateway.session.SessionFixture.A;
import static im.gateway.session.SessionFixture.B;
import static im.gateway.session.SessionFixture.words;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.CloseReason;
import im.protocol.ConversationKey;
import im.protocol.v1.Feature;
import im.relay.Receipt;
import im.relay.Wakeups;
import im.router.Routes;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How far the other side has a conversation, told to those who asked; and what a client says it has read. */
class ReceiptsTest {
    private final SessionFixture fixture = new SessionFixture();

    @Test
    void aReceiptIsWrittenToAClientThatAskedForReceipts() {
        WireConnection connection = fixture.featured("d", Feature.RECEIPTS);

        push(connection, receipt(A, Receipt.Kind.DELIVERED, 3), receipt(A, Receipt.Kind.READ, 2));

        assertThat(words(connection)).containsExactly("DELIVERED by a a 3", "READ by a a 2");
    }

    @Test
    void noReceiptIsWrittenToAClientThatDidNotAsk() {
        WireConnection connection = fixture.featured("d", Feature.TRANSIENT);

        push(connection, receipt(A, Receipt.Kind.DELIVERED, 3));

        assertThat(connection.received()).isEmpty();
    }

    @Test
    void ofManyReceiptsInATurnOnlyTheLargestOfEachKindAndConversationIsWritten() {
        WireConnection connection = fixture.featured("d", Feature.RECEIPTS);

        push(
                connection,
                receipt(A, Receipt.Kind.READ, 1),
                receipt(A, Receipt.Kind.READ, 5),
                receipt(B, Receipt.Kind.READ, 9),
                receipt(A, Receipt.Kind.READ, 4));

        assertThat(words(connection)).containsExactly("READ by a a 5", "READ by b b 9");
    }

    @Test
    void receiptsWaitWhileTheOutboundQueueIsLongAndAreWrittenWhenItIsShort() {
        WireConnection connection = fixture.featured("d", Feature.RECEIPTS);
        IntStream.range(0, 3).forEach(i -> fixture.deliver(connection, A, 40_000));

        push(connection, receipt(A, Receipt.Kind.READ, 1), receipt(A, Receipt.Kind.READ, 2));
        connection.flush(2);
        assertThat(connection.arrived).noneMatch(frame -> frame.hasReceipt());
        connection.flush(1);

        assertThat(words(connection)).endsWith("READ by a a 2");
    }

    @Test
    void moreConversationsThanMayWaitAreDroppedAndCounted() {
        WireConnection connection = fixture.featured("d", Feature.RECEIPTS);

        push(
                connection,
                IntStream.rangeClosed(0, Receipts.MAX_PENDING)
                        .mapToObj(i -> receipt(ConversationKey.direct("me", "p" + i), Receipt.Kind.READ, 1))
                        .toArray(Receipt[]::new));

        assertThat(connection.received()).hasSize(Receipts.MAX_PENDING);
        assertThat(fixture.count("im.gateway.receipts.dropped")).isEqualTo(1);
    }

    @Test
    void theBusTakesReceiptsWhileAnybodyWantsThem() {
        assertThat(fixture.bus.takesReceipts()).isFalse();
        WireConnection connection = fixture.featured("d", Feature.RECEIPTS);
        assertThat(fixture.bus.takesReceipts()).isTrue();

        connection.close(CloseReason.PEER, "");

        assertThat(fixture.bus.takesReceipts()).isFalse();
    }

    @Test
    void aReadPositionUpToTheHeadIsKept() {
        WireConnection connection = fixture.idle();
        long head = fixture.append(A).position();

        connection.receive(read(4, "a", head));
        fixture.answer();

        assertThat(fixture.store.reads).containsEntry(A, head);
        assertThat(connection.received()).isEmpty();
    }

    @Test
    void theLastWordOfAClientThatLeavesCounts() {
        WireConnection connection = fixture.idle();
        long head = fixture.append(A).position();

        connection.receive(read(4, "a", head));
        connection.close(CloseReason.PEER, "");
        fixture.answer();

        assertThat(fixture.store.reads).containsEntry(A, head);
    }

    /** D29: a position that does not exist is refused, for read positions as for cursors. */
    @ParameterizedTest
    @ValueSource(longs = {-1, 2, Long.MAX_VALUE})
    void aReadPositionThatDoesNotExistIsRefused(long position) {
        WireConnection connection = fixture.idle();
        fixture.append(A);

        connection.receive(read(4, "a", position));
        fixture.answer();

        assertThat(words(connection)).containsExactly("error#4 BAD_RANGE");
        assertThat(fixture.store.reads).isEmpty();
    }

    @Test
    void aReadOfABadPeerIsMalformed() {
        WireConnection connection = fixture.idle();

        connection.receive(read(4, "a|b", 1));

        assertThat(words(connection)).containsExactly("error#4 MALFORMED");
        assertThat(fixture.store.hasReads()).isFalse();
    }

    private static Receipt receipt(ConversationKey conversation, Receipt.Kind kind, long position) {
        return new Receipt(conversation, conversation.peerOf("me"), kind, position);
    }

    private void push(WireConnection connection, Receipt... receipts) {
        Wakeups wakeups = new Wakeups();
        for (Receipt receipt : receipts) {
            fixture.bus.pushReceipt(receipt, "me", Routes.here(connection.id()), wakeups);
        }
        wakeups.flush();
        fixture.manual.run();
    }
}
