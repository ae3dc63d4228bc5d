package im.gateway.session;

import static im.gateway.session.ClientFrames.first;
import static im.gateway.session.ClientFrames.giveUp;
import static im.gateway.session.ClientFrames.id;
import static im.gateway.session.ClientFrames.send;
import static im.gateway.session.ClientFrames.sendBytes;
import static im.gateway.session.SessionFixture.words;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import im.protocol.CloseReason;
import im.protocol.Limits;
import im.protocol.v1.Code;
import im.protocol.v1.Envelope;
import im.protocol.v1.Frame;
import im.relay.AppendRequest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sends in order per conversation, and going back to the first failure (D13, D38). */
class SendLanesTest {
    private final SessionFixture fixture = new SessionFixture(128 * 1024, 100);
    private final WireConnection connection = fixture.idle();

    @Test
    void oneAppendIsUnderWayForAConversationAndWhatWaitsIsMerged_D13() {
        send(1, 2, 3);
        assertThat(fixture.log.appended()).containsExactly(List.of(id(1)));

        accept();
        assertThat(fixture.log.appended()).containsExactly(List.of(id(1)), List.of(id(2), id(3)));
        accept();

        assertThat(words(connection)).containsExactly("#1 OK", "#2 OK", "#3 OK");
        assertThat(fixture.log.unanswered()).isZero();
    }

    @Test
    void atMostSixtyFourAreMerged_D13() {
        for (int i = 0; i <= 70; i++) {
            send(i);
        }

        accept();
        accept();
        accept();

        assertThat(fixture.log.appended()).extracting(List::size).containsExactly(1, 64, 6);
        assertThat(words(connection)).hasSize(71).allMatch(word -> word.endsWith("OK"));
    }

    @Test
    void conversationsDoNotWaitForEachOther_D13() {
        connection.receive(ClientFrames.send(1, "a", 1));
        connection.receive(ClientFrames.send(2, "b", 2));

        assertThat(fixture.log.appended()).containsExactly(List.of(id(1)), List.of(id(2)));
    }

    @Test
    void anAppendCarriesTheAuthenticatedSenderAndTheServersClock() throws InvalidProtocolBufferException {
        fixture.wallClock(4_711);
        send(1);
        accept();

        AppendRequest request = fixture.log.batches.get(0).get(0);
        Envelope envelope = Envelope.parseFrom(request.envelope());
        assertThat(request.sender()).isEqualTo("me");
        assertThat(request.acceptedMs()).isEqualTo(4_711);
        assertThat(envelope.getSender()).isEqualTo("me");
        assertThat(envelope.getSenderDevice()).isEqualTo("d");
        assertThat(envelope.getAcceptedMs()).isEqualTo(4_711);
        assertThat(connection.received().get(0).getSendResult().getAcceptedMs()).isEqualTo(77);
    }

    @Test
    void whatWaitsBehindAFailureIsNotAppended_D13() {
        send(1, 2, 3);

        refuse(Code.UNAVAILABLE);
        send(4);

        assertThat(words(connection))
                .containsExactly("#1 UNAVAILABLE", "#2 OUT_OF_ORDER", "#3 OUT_OF_ORDER", "#4 OUT_OF_ORDER");
        assertThat(fixture.log.appended()).containsExactly(List.of(id(1)));
    }

    @Test
    void aFailureInsideABatchBlocksAtTheFirstOfIt_D38() {
        send(1, 2, 3, 4);
        accept();

        fixture.log.answer(List.of(
                ScriptedLog.ACCEPTED, ScriptedLog.refused(Code.UNAVAILABLE), ScriptedLog.refused(Code.OUT_OF_ORDER)));
        fixture.manual.run();
        send(4);
        send(3);

        assertThat(words(connection))
                .containsExactly("#1 OK", "#2 OK", "#3 UNAVAILABLE", "#4 OUT_OF_ORDER", "#4 OUT_OF_ORDER");
        assertThat(fixture.log.appended()).endsWith(List.of(id(3)));
    }

    @Test
    void anUnknownOutcomeBlocks_D38() {
        send(1);
        fixture.log.answer(List.of(ScriptedLog.UNKNOWN));
        fixture.manual.run();

        send(2);

        assertThat(words(connection)).containsExactly("#1 UNKNOWN_OUTCOME", "#2 OUT_OF_ORDER");
    }

    @ParameterizedTest
    @EnumSource(names = {"CONFLICT", "OVERLOADED", "UNAVAILABLE"})
    void whateverTheLogRefusesBlocks_D38(Code code) {
        send(1);
        refuse(code);

        send(2);

        assertThat(words(connection)).containsExactly("#1 " + code, "#2 OUT_OF_ORDER");
    }

    @Test
    void aSendThatIsTooLargeBlocks_D38() {
        connection.receive(sendBytes(1, "a", 1, Limits.PAYLOAD_BYTES + 1));
        send(2);
        connection.receive(giveUp("a"));
        connection.receive(sendBytes(3, "a", 3, Limits.PAYLOAD_BYTES));

        assertThat(words(connection)).containsExactly("#1 TOO_LARGE", "#2 OUT_OF_ORDER");
        assertThat(fixture.log.appended()).containsExactly(List.of(id(3)));
    }

    @Test
    void aSendWithABadContentTypeBlocks_D38() {
        connection.receive(ClientFrames.frame(1, ClientFrames.body("a", 1).setContentType("a\nb")));
        connection.receive(ClientFrames.frame(2, ClientFrames.body("a", 2).setContentType("x".repeat(129))));

        assertThat(words(connection)).containsExactly("#1 MALFORMED", "#2 OUT_OF_ORDER");
    }

    @Test
    void aSendWithoutAValidIdIsRefusedWithoutEchoAndBlocksNothing() {
        connection.receive(ClientFrames.frame(
                1, ClientFrames.body("a", 1).setMessageId("x".repeat(Limits.FRAME_BYTES - 200))));
        send(2);

        Frame answer = connection.received().get(0);
        assertThat(answer.getSendResult().getCode()).isEqualTo(Code.MALFORMED);
        assertThat(answer.getSendResult().getMessageId()).isEmpty();
        assertThat(fixture.log.appended()).containsExactly(List.of(id(2)));
    }

    @Test
    void aSendWithoutAValidIdOpensNoBlock_D38() {
        failedFirstOf(1);

        connection.receive(ClientFrames.frame(
                2, ClientFrames.body("a", 1).setMessageId("not an id").setFirst(true)));
        send(3);

        assertThat(words(connection)).containsExactly("#2 MALFORMED", "#3 OUT_OF_ORDER");
    }

    @Test
    void aBlockOpensAtTheFailedId_D38() {
        failedFirstOf(1, 2, 3);

        send(1, 2, 3);
        accept();
        accept();

        assertThat(words(connection)).containsExactly("#1 OK", "#2 OK", "#3 OK");
        assertThat(fixture.log.appended()).containsExactly(List.of(id(1)), List.of(id(1)), List.of(id(2), id(3)));
    }

    @Test
    void aBlockOpensAtASendMarkedFirst_D38() {
        failedFirstOf(1, 2, 3);

        connection.receive(first(4, "a", 2));
        send(3);

        assertThat(words(connection)).isEmpty();
        assertThat(fixture.log.appended()).containsExactly(List.of(id(1)), List.of(id(2)));
    }

    @Test
    void aBlockOpensAtGiveUp_D38() {
        failedFirstOf(1, 2);

        connection.receive(giveUp("b"));
        send(3);
        connection.receive(giveUp("a"));
        send(4);

        assertThat(words(connection)).containsExactly("#3 OUT_OF_ORDER");
        assertThat(fixture.log.appended()).containsExactly(List.of(id(1)), List.of(id(4)));
    }

    @Test
    void aGiveUpOfWhatIsNotBlockedLeavesTheOrderAlone() {
        send(1);

        connection.receive(giveUp("a"));
        send(2);

        assertThat(fixture.log.appended()).containsExactly(List.of(id(1)));
    }

    @Test
    void aBlockDoesNotOpenWithTime_D38() {
        failedFirstOf(1);

        fixture.heartbeats(connection, 20);
        send(2);

        assertThat(words(connection)).containsExactly("#2 OUT_OF_ORDER");
    }

    @Test
    void aBlockEndsWithItsConnection_D38() {
        failedFirstOf(1);
        WireConnection next = fixture.welcomed();

        next.receive(ClientFrames.send(2, "a", 2));

        assertThat(fixture.log.appended()).containsExactly(List.of(id(1)), List.of(id(2)));
    }

    @Test
    void aBlockMovesToAnEarlierSendThatFailsLater_D38() {
        send(1);
        connection.receive(sendBytes(2, "a", 2, Limits.PAYLOAD_BYTES + 1));
        refuse(Code.UNAVAILABLE);
        connection.received();

        send(2);
        send(1);

        assertThat(words(connection)).containsExactly("#2 OUT_OF_ORDER");
        assertThat(fixture.log.appended()).containsExactly(List.of(id(1)), List.of(id(1)));
    }

    @Test
    void whatIsSentAgainWhileAnEarlierSendIsUnderWayWaitsForIt_D38() {
        send(1);
        connection.receive(sendBytes(2, "a", 2, Limits.PAYLOAD_BYTES + 1));
        send(2);

        refuse(Code.UNAVAILABLE);

        assertThat(words(connection)).containsExactly("#2 TOO_LARGE", "#1 UNAVAILABLE", "#2 OUT_OF_ORDER");
        assertThat(fixture.log.appended()).containsExactly(List.of(id(1)));
    }

    @Test
    void tooManyUnansweredSendsAreOverloadedAndBlock_D38() {
        for (int i = 0; i < 100; i++) {
            connection.receive(ClientFrames.send(i, "p" + i % 7, i));
        }

        send(100, 101);
        Frame refused = connection.received().get(0);
        assertThat(refused.getSendResult().getCode()).isEqualTo(Code.OVERLOADED);
        assertThat(refused.getSendResult().getRetryAfterMs()).isPositive();
        accept();
        send(101, 100);

        assertThat(words(connection)).containsExactly("#0 OK", "#101 OUT_OF_ORDER");
        assertThat(fixture.log.appended()).endsWith(List.of(id(100)));
    }

    @Test
    void theSeventeenthBlockedConversationEndsTheConnection_D38() {
        for (int i = 0; i < 16; i++) {
            connection.receive(sendBytes(i, "p" + i, i, Limits.PAYLOAD_BYTES + 1));
        }
        connection.receive(sendBytes(16, "p0", 0, Limits.PAYLOAD_BYTES + 1));
        assertThat(connection.closed).isNull();

        connection.receive(sendBytes(17, "p17", 17, Limits.PAYLOAD_BYTES + 1));

        assertThat(connection.closed).isEqualTo(CloseReason.OVERLOADED);
        assertThat(fixture.metrics.active()).isZero();
    }

    @Test
    void aConversationThatIsBlockedTwiceCountsOnce_D38() {
        for (int i = 0; i < 20; i++) {
            connection.receive(ClientFrames.send(1, "a", 1));
            connection.receive(sendBytes(2, "a", 2, Limits.PAYLOAD_BYTES + 1));
            refuse(Code.UNAVAILABLE);
            connection.receive(giveUp("a"));
        }

        assertThat(connection.closed).isNull();
    }

    @Test
    void aConnectionThatItsOwnFailuresEndLeavesNothingUnanswered() {
        for (int i = 0; i < 16; i++) {
            connection.receive(sendBytes(i, "p" + i, i, Limits.PAYLOAD_BYTES + 1));
        }
        send(20);
        send(21, 22, 23);
        accept();
        send(24);

        refuse(Code.UNAVAILABLE);

        assertThat(connection.closed).isEqualTo(CloseReason.OVERLOADED);
        assertThat(fixture.metrics.unanswered()).isZero();
    }

    @Test
    void anOutcomeThatComesAfterTheConnectionIsHeardByNobody_D37() {
        send(1, 2);
        assertThat(fixture.metrics.unanswered()).isEqualTo(2);

        connection.close(CloseReason.PEER, "");
        assertThat(fixture.metrics.unanswered()).isZero();
        accept();

        assertThat(fixture.metrics.unanswered()).isZero();
        assertThat(fixture.log.appended()).containsExactly(List.of(id(1)));
        assertThat(fixture.count("im.gateway.sends", "code", "OK")).isZero();
    }

    private void send(int... ids) {
        for (int id : ids) {
            connection.receive(ClientFrames.send(id, "a", id));
        }
    }

    /** These were sent, the first one failed, and all has been read. */
    private void failedFirstOf(int... ids) {
        send(ids);
        refuse(Code.UNAVAILABLE);
        connection.received();
    }

    private void accept() {
        fixture.log.accept();
        fixture.manual.run();
    }

    private void refuse(Code code) {
        fixture.log.refuse(code);
        fixture.manual.run();
    }
}
