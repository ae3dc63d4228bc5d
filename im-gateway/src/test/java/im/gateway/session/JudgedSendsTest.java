package im.gateway.session;

import static im.gateway.session.ClientFrames.first;
import static im.gateway.session.ClientFrames.id;
import static im.gateway.session.SessionFixture.words;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import im.gateway.intercept.IncomingMessage;
import im.gateway.intercept.MessageContent.Data;
import im.gateway.intercept.MessageContent.Text;
import im.gateway.intercept.MessageGate;
import im.gateway.intercept.Verdict;
import im.gateway.service.SessionEvents;
import im.gateway.service.SessionHooks;
import im.protocol.CloseReason;
import im.protocol.Limits;
import im.protocol.codec.EnvelopeCodec;
import im.protocol.v1.Code;
import im.protocol.v1.Envelope;
import im.protocol.v1.Frame;
import im.relay.AppendRequest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Messages that somebody judges before the log has them, inside the order of their conversation. */
class JudgedSendsTest {
    private final ScriptedGate gate = new ScriptedGate();
    private final Heard heard = new Heard();
    private final SessionFixture fixture = SessionFixture.withHooks(new SessionHooks(gate, heard));
    private final WireConnection connection = fixture.idle();

    @Test
    void aMessageIsAppendedWhenItIsAcceptedAndNotBefore() {
        send(1);
        assertThat(fixture.log.appended()).isEmpty();

        judge(Verdict.ACCEPT);
        accept();

        assertThat(words(connection)).containsExactly("#1 OK");
        assertThat(heard.words).endsWith("accepted " + id(1) + " 77");
    }

    @Test
    void whatIsAcceptedIsToldAlsoWhenItsSenderHasLeft() {
        send(1);
        judge(Verdict.ACCEPT);

        connection.close(CloseReason.PEER, "", 0, 0);
        accept();

        assertThat(heard.words).endsWith("accepted " + id(1) + " 77");
    }

    @Test
    void oneMessageOfAConversationIsJudgedAtATimeAndInOrder_D13() {
        send(1, 2, 3);
        assertThat(gate.asked()).containsExactly(id(1));

        judge(Verdict.ACCEPT);
        assertThat(gate.asked()).containsExactly(id(2));
        judge(Verdict.ACCEPT);
        judge(Verdict.ACCEPT);
        accept();
        accept();

        assertThat(fixture.log.appended()).containsExactly(List.of(id(1)), List.of(id(2), id(3)));
    }

    @Test
    void conversationsAreJudgedBesideEachOther() {
        connection.receive(ClientFrames.send(1, "a", 1));
        connection.receive(ClientFrames.send(2, "b", 2));

        assertThat(gate.asked()).containsExactly(id(1), id(2));
    }

    @Test
    void aRefusalIsToldWithItsAdviceAndBlocksWhatComesBehind_D38() {
        send(1, 2);

        judge(new Verdict.Reject(Code.RATE_LIMITED, "too fast", 700));
        send(3);

        List<Frame> answers = connection.received();
        assertThat(answers.get(0).getSendResult().getCode()).isEqualTo(Code.RATE_LIMITED);
        assertThat(answers.get(0).getSendResult().getText()).isEqualTo("too fast");
        assertThat(answers.get(0).getSendResult().getRetryAfterMs()).isEqualTo(700);
        assertThat(answers)
                .extracting(ClientFrames::word)
                .containsExactly("#1 RATE_LIMITED", "#2 OUT_OF_ORDER", "#3 OUT_OF_ORDER");
        assertThat(fixture.log.appended()).isEmpty();
    }

    @Test
    void afterARefusalTheClientGoesOnWithAFirst_D38() {
        send(1);
        judge(new Verdict.Reject(Code.FORBIDDEN, "no"));

        connection.receive(first(2, "a", 2));
        judge(Verdict.ACCEPT);
        accept();

        assertThat(words(connection)).containsExactly("#1 FORBIDDEN", "#2 OK");
    }

    @Test
    void whatIsBeingJudgedIsRefusedWithWhatFailsBeforeIt_D13() {
        send(1);
        judge(Verdict.ACCEPT);
        send(2);

        fixture.log.refuse(Code.UNAVAILABLE);
        fixture.manual.run();
        judge(Verdict.ACCEPT);

        assertThat(words(connection)).containsExactly("#1 UNAVAILABLE", "#2 OUT_OF_ORDER");
        assertThat(fixture.log.appended()).containsExactly(List.of(id(1)));
    }

    @Test
    void whatWasRewrittenIsAppendedUnderTheHashOfWhatTheClientSent_D11() throws InvalidProtocolBufferException {
        Frame sent = ClientFrames.send(1, "a", 1);
        connection.receive(sent);

        judge(new Verdict.Rewrite("text/plain", new Text("seemly")));

        AppendRequest request = fixture.log.batches.get(0).get(0);
        Envelope envelope = Envelope.parseFrom(request.envelope());
        assertThat(envelope.getText()).isEqualTo("seemly");
        assertThat(envelope.getContentType()).isEqualTo("text/plain");
        assertThat(envelope.getMessageId()).isEqualTo(id(1).toString());
        assertThat(request.requestHash()).isEqualTo(EnvelopeCodec.requestHash(sent.getSend()));
    }

    @Test
    void aRewrittenMessageMayBeAsLargeAsAnyAndNotLarger() {
        send(1);
        judge(new Verdict.Rewrite("", new Data(new byte[Limits.PAYLOAD_BYTES])));
        accept();
        send(2);
        judge(new Verdict.Rewrite("", new Data(new byte[Limits.PAYLOAD_BYTES + 1])));

        assertThat(words(connection)).containsExactly("#1 OK", "#2 INTERNAL");
    }

    @Test
    void whatWasJudgedTooLateIsNotAppended_D12() {
        send(1);
        fixture.nanos += 76_000_000_000L;

        judge(Verdict.ACCEPT);

        assertThat(words(connection)).containsExactly("#1 UNAVAILABLE");
        assertThat(fixture.log.appended()).isEmpty();
    }

    @Test
    void aVerdictAfterTheConnectionHasGoneDoesNothing() {
        send(1);
        connection.close(CloseReason.PEER, "");

        judge(Verdict.ACCEPT);

        assertThat(fixture.log.appended()).isEmpty();
        assertThat(fixture.metrics.unanswered()).isZero();
        assertThat(heard.words).containsExactly("connected me d", "disconnected me d PEER");
    }

    @Test
    void twoGatesJudgeOneAfterTheOtherAndTheSecondSeesWhatTheFirstMade() {
        Verdict.Rewrite rewrite = new Verdict.Rewrite("x", new Text("y"));
        ScriptedGate second = new ScriptedGate();
        CompletionStage<Verdict> verdict = gate.then(second).judge(message());

        gate.answer(rewrite);
        assertThat(second.messages.element().content()).isEqualTo(new Text("y"));
        second.answer(Verdict.ACCEPT);

        assertThat(verdict.toCompletableFuture()).isCompletedWithValue(rewrite);
    }

    @Test
    void whatTheFirstGateRefusesTheSecondDoesNotSee() {
        ScriptedGate second = new ScriptedGate();
        Verdict.Reject reject = new Verdict.Reject(Code.FORBIDDEN, "no");
        CompletionStage<Verdict> verdict = gate.then(second).judge(message());

        gate.answer(reject);

        assertThat(verdict.toCompletableFuture()).isCompletedWithValue(reject);
        assertThat(second.messages).isEmpty();
        assertThat(MessageGate.OPEN.then(second)).isSameAs(second);
        assertThat(gate.then(MessageGate.OPEN)).isSameAs(gate);
    }

    private static IncomingMessage message() {
        return new IncomingMessage(SessionFixture.A, "me", "d", id(1), "", new Text("x"));
    }

    private void send(int... numbers) {
        for (int number : numbers) {
            connection.receive(ClientFrames.send(number, "a", number));
        }
    }

    private void judge(Verdict verdict) {
        gate.answer(verdict);
        fixture.manual.run();
    }

    private void accept() {
        fixture.log.accept();
        fixture.manual.run();
    }

    /** Answers what the test says, oldest first. */
    private static final class ScriptedGate implements MessageGate {
        final ArrayDeque<IncomingMessage> messages = new ArrayDeque<>();
        private final ArrayDeque<CompletableFuture<Verdict>> verdicts = new ArrayDeque<>();

        @Override
        public CompletionStage<Verdict> judge(IncomingMessage message) {
            messages.add(message);
            verdicts.add(new CompletableFuture<>());
            return verdicts.getLast();
        }

        List<im.protocol.MessageId> asked() {
            return messages.stream().map(IncomingMessage::messageId).toList();
        }

        void answer(Verdict verdict) {
            messages.remove();
            verdicts.remove().complete(verdict);
        }
    }

    private static final class Heard implements SessionEvents {
        final List<String> words = new ArrayList<>();

        @Override
        public void connected(String uid, String device, long connection, String platform) {
            words.add("connected " + uid + " " + device);
        }

        @Override
        public void disconnected(String uid, String device, long connection, CloseReason reason) {
            words.add("disconnected " + uid + " " + device + " " + reason);
        }

        @Override
        public void accepted(AppendRequest request, long acceptedMs) {
            words.add("accepted " + request.messageId() + " " + acceptedMs);
        }
    }
}
