package im.client.internal.order;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.Code;
import im.protocol.v1.Conversation;
import im.protocol.v1.Envelope;
import im.protocol.v1.Send;
import im.protocol.v1.SendResult;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OutboxTest {
    private static final long W = 600_000;

    private final Wire wire = new Wire();
    private final List<String> outcomes = new ArrayList<>();
    private long now = 1;
    private final Outbox outbox = new Outbox(wire, () -> now, new SplittableRandom(7));

    /** What was written: {@code A#1}, with {@code !} when marked first. */
    static final class Wire implements Outbox.Exits {
        final List<String> written = new ArrayList<>();
        final List<String> givenUp = new ArrayList<>();
        final List<String> heads = new ArrayList<>();
        final Deque<Runnable> timers = new ArrayDeque<>();
        boolean writable = true;
        long lastDelay;
        private long ref;

        @Override
        public long write(Send send) {
            written.add(send.getMessageId() + "#" + ++ref + (send.getFirst() ? "!" : ""));
            return ref;
        }

        @Override
        public boolean isWritable() {
            return writable;
        }

        @Override
        public void giveUp(String peer) {
            givenUp.add(peer);
        }

        @Override
        public void readToHead(String peer) {
            heads.add(peer);
        }

        @Override
        public void after(long millis, Runnable task) {
            lastDelay = millis;
            timers.add(task);
        }

        List<String> drain() {
            List<String> seen = List.copyOf(written);
            written.clear();
            return seen;
        }
    }

    private final class Recorder implements Settlement {
        private final String id;

        Recorder(String id) {
            this.id = id;
        }

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
    }

    @BeforeEach
    void connect() {
        outbox.connected(64, W);
    }

    private boolean send(String id) {
        return send("bob", id);
    }

    private boolean send(String peer, String id) {
        Send send = Send.newBuilder()
                .setMessageId(id)
                .setConversation(Conversation.newBuilder().setPeer(peer))
                .build();
        boolean added = outbox.add(new PendingSend(send, new Recorder(id)));
        outbox.pump();
        return added;
    }

    private void answer(long ref, Code code) {
        outbox.answered(ref, SendResult.newBuilder().setCode(code).build());
    }

    private void fireTimers() {
        int due = wire.timers.size();
        for (int i = 0; i < due; i++) {
            wire.timers.removeFirst().run();
        }
    }

    @Test
    void sendsGoOutAtOnceAndAreSettledByRef() {
        send("A");
        send("B");
        answer(1, Code.OK);
        answer(2, Code.OK);

        assertThat(wire.written).containsExactly("A#1", "B#2");
        assertThat(outcomes).containsExactly("A accepted", "B accepted");
    }

    @Test
    void aFailureTakesBackWhatFollowedAndResendsInOrderTheOldestFirst() {
        send("A");
        send("B");
        send("C");
        wire.drain();

        answer(1, Code.UNAVAILABLE);
        answer(2, Code.OUT_OF_ORDER);
        assertThat(wire.drain()).as("waits before it tries again").isEmpty();
        fireTimers();

        assertThat(wire.drain()).containsExactly("A#4!", "B#5", "C#6");
        answer(3, Code.OUT_OF_ORDER);
        answer(4, Code.OK);
        answer(5, Code.OK);
        answer(6, Code.OK);
        assertThat(outcomes).containsExactly("A accepted", "B accepted", "C accepted");
        assertThat(wire.written).isEmpty();
        assertThat(wire.givenUp).isEmpty();
        assertThat(outbox.retries()).isEqualTo(3);
        assertThat(outbox.attempts()).isEqualTo(6);
    }

    @Test
    void aLateAnswerToAFrameThatWasTakenBackIsIgnored() {
        send("A");
        send("B");
        answer(1, Code.UNAVAILABLE);
        fireTimers();
        wire.drain();

        answer(2, Code.OUT_OF_ORDER);
        answer(3, Code.OK);
        answer(2, Code.OK);

        assertThat(outcomes).containsExactly("A accepted");
        assertThat(wire.written).isEmpty();
    }

    @Test
    void aPermanentRefusalLetsTheNextGoFirst() {
        send("A");
        send("B");
        send("C");
        wire.drain();

        answer(1, Code.TOO_LARGE);

        assertThat(outcomes).containsExactly("A TOO_LARGE");
        assertThat(wire.drain()).containsExactly("B#4!", "C#5");
    }

    @Test
    void whatIsMarkedFirstWaitsForOlderSendsThatAreUnanswered() {
        send("A");
        send("B");
        send("C");
        wire.drain();

        answer(2, Code.TOO_LARGE);
        assertThat(wire.drain())
                .as("A is open: C may not claim to be the oldest")
                .isEmpty();
        answer(1, Code.UNAVAILABLE);
        fireTimers();

        assertThat(wire.drain()).containsExactly("A#4!", "C#5");
    }

    @Test
    void nothingLeftAfterARefusalIsGivenUpWhenTheLastAnswerIsIn() {
        send("A");
        send("B");
        answer(1, Code.FORBIDDEN);
        assertThat(wire.drain()).containsExactly("A#1", "B#2", "B#3!");

        answer(3, Code.FORBIDDEN);
        assertThat(wire.givenUp).as("the answer to B#2 is not in").isEmpty();
        answer(2, Code.OUT_OF_ORDER);

        assertThat(wire.givenUp).containsExactly("bob");
        send("C");
        assertThat(wire.drain()).containsExactly("C#4");
    }

    @Test
    void aNewSendBeforeTheGiveUpOpensTheBlockInstead() {
        send("A");
        send("B");
        answer(1, Code.FORBIDDEN);
        answer(3, Code.FORBIDDEN);
        wire.drain();

        send("C");
        answer(2, Code.OUT_OF_ORDER);

        assertThat(wire.drain()).containsExactly("C#4!");
        assertThat(wire.givenUp).isEmpty();
    }

    @Test
    void otherConversationsGoOnWhileOneWaits() {
        send("bob", "A");
        answer(1, Code.RATE_LIMITED);
        send("bob", "B");

        send("cid", "C");

        assertThat(wire.drain()).containsExactly("A#1", "C#2");
    }

    @Test
    void retryAfterIsHonouredWithJitter() {
        send("A");

        outbox.answered(
                1,
                SendResult.newBuilder()
                        .setCode(Code.OVERLOADED)
                        .setRetryAfterMs(1_000)
                        .build());

        assertThat(wire.lastDelay).isBetween(1_000L, 1_250L);
    }

    @Test
    void theWindowBoundsWhatIsUnansweredAndConversationsTakeTurns() {
        outbox.disconnected();
        outbox.connected(3, W);
        for (int i = 1; i <= 3; i++) {
            send("bob", "b" + i);
        }
        send("cid", "c1");
        assertThat(wire.drain()).containsExactly("b1#1", "b2#2", "b3#3");
        send("bob", "b4");
        send("bob", "b5");

        answer(1, Code.OK);
        answer(2, Code.OK);
        answer(3, Code.OK);

        assertThat(wire.drain()).containsExactly("c1#4", "b4#5", "b5#6");
    }

    @Test
    void nothingIsWrittenIntoAFullSocketUntilItIsPumped() {
        wire.writable = false;
        send("A");
        assertThat(wire.drain()).isEmpty();

        wire.writable = true;
        outbox.pump();

        assertThat(wire.drain()).containsExactly("A#1");
    }

    @Test
    void aReconnectResendsWhatIsUnansweredInOrderTheOldestFirst() {
        send("A");
        send("B");
        send("C");
        answer(1, Code.OK);
        outbox.disconnected();
        send("D");
        wire.drain();

        outbox.connected(64, W);

        assertThat(wire.drain()).containsExactly("B#4!", "C#5", "D#6");
        answer(2, Code.OK);
        assertThat(outcomes).as("an answer from the old connection is nobody's").containsExactly("A accepted");
    }

    @Test
    void whatWasNeverWrittenIsNotMarkedFirstAfterAReconnect() {
        outbox.disconnected();
        send("A");

        outbox.connected(64, W);

        assertThat(wire.drain()).containsExactly("A#1");
    }

    @Test
    void anOwnCopySettlesAnUnansweredSendAndItsAnswerIsIgnored() {
        send("A");
        send("B");

        outbox.ownCopy("bob", copy("A", 5));
        answer(1, Code.OK);
        answer(2, Code.OK);

        assertThat(outcomes).containsExactly("A accepted", "B accepted");
    }

    @Test
    void aFailureAnsweredAfterTheOwnCopyStillTakesBackWhatFollowed() {
        send("A");
        send("B");
        wire.drain();

        outbox.ownCopy("bob", copy("A", 5));
        answer(1, Code.UNKNOWN_OUTCOME);

        assertThat(wire.drain()).containsExactly("B#3!");
        answer(2, Code.OUT_OF_ORDER);
        answer(3, Code.OK);
        assertThat(outcomes).containsExactly("A accepted", "B accepted");
    }

    @Test
    void aSendSettledByItsCopyKeepsItsPlaceUntilItsAnswerIsIn() {
        send("A");
        send("B");
        send("C");
        wire.drain();
        outbox.ownCopy("bob", copy("A", 5));

        answer(2, Code.TOO_LARGE);
        answer(3, Code.OUT_OF_ORDER);
        assertThat(wire.drain()).as("A's answer may be a failure that blocks").isEmpty();
        answer(1, Code.UNKNOWN_OUTCOME);

        assertThat(wire.drain()).containsExactly("C#4!");
    }

    @Test
    void afterHalfTheDedupeWindowTheHeadDecidesAndTheNextGoesFirst() {
        send("A");
        send("B");
        answer(1, Code.UNKNOWN_OUTCOME);
        answer(2, Code.OUT_OF_ORDER);
        wire.drain();
        now += TimeUnit.MILLISECONDS.toNanos(W / 2);
        outbox.disconnected();
        outbox.connected(64, W);
        fireTimers();

        assertThat(wire.drain()).isEmpty();
        assertThat(wire.heads).containsExactly("bob");
        outbox.atHead("bob");

        assertThat(outcomes).containsExactly("A unknown");
        assertThat(wire.heads).as("B was tried at the same time").containsExactly("bob", "bob");
        outbox.ownCopy("bob", copy("B", 9));
        outbox.atHead("bob");
        assertThat(outcomes).containsExactly("A unknown", "B accepted");
        send("C");
        assertThat(wire.drain()).containsExactly("C#3");
    }

    @Test
    void justBeforeHalfTheDedupeWindowItIsTriedAgain() {
        send("A");
        outbox.disconnected();
        now += TimeUnit.MILLISECONDS.toNanos(W / 2) - 1;

        outbox.connected(64, W);

        assertThat(wire.drain()).containsExactly("A#1", "A#2!");
        assertThat(wire.heads).isEmpty();
    }

    @Test
    void aConnectionLostWhileReadingToTheHeadReadsAgain() {
        send("A");
        outbox.disconnected();
        now += TimeUnit.MILLISECONDS.toNanos(W / 2);
        outbox.connected(64, W);
        outbox.disconnected();
        outbox.atHead("bob");
        assertThat(outcomes).isEmpty();

        outbox.connected(64, W);
        outbox.atHead("bob");

        assertThat(wire.heads).containsExactly("bob", "bob");
        assertThat(outcomes).containsExactly("A unknown");
    }

    @Test
    void aRefusalForGoodAfterAnUnansweredTryIsDecidedByTheHead() {
        send("A");
        outbox.disconnected();
        outbox.connected(64, W);

        answer(2, Code.FORBIDDEN);

        assertThat(outcomes).isEmpty();
        assertThat(wire.heads).containsExactly("bob");
        outbox.atHead("bob");
        assertThat(outcomes).containsExactly("A unknown");
        assertThat(wire.givenUp).containsExactly("bob");
    }

    @Test
    void aConflictIsARefusalWhateverWasBefore() {
        send("A");
        answer(1, Code.UNKNOWN_OUTCOME);
        fireTimers();

        answer(2, Code.CONFLICT);

        assertThat(outcomes).containsExactly("A CONFLICT");
    }

    @Test
    void theSameIdOnItsWayToTheSamePeerIsNotTaken() {
        assertThat(send("bob", "A")).isTrue();
        assertThat(send("bob", "A")).isFalse();
        assertThat(send("cid", "A")).isTrue();
    }

    @Test
    void aGatewayWithoutRoomIsAskedForLessUntilItAcceptsAgain() {
        for (int i = 1; i <= 8; i++) {
            send("peer" + i, "m" + i);
        }
        wire.drain();

        for (int ref = 1; ref <= 8; ref++) {
            answer(ref, Code.OVERLOADED);
        }
        while (!wire.timers.isEmpty()) {
            wire.timers.remove().run();
        }

        assertThat(wire.drain()).hasSize(1);
        answer(9, Code.OK);
        assertThat(wire.drain()).hasSize(2);
    }

    private static Envelope copy(String id, long acceptedMs) {
        return Envelope.newBuilder().setMessageId(id).setAcceptedMs(acceptedMs).build();
    }

    @Test
    void aCopyOfAnotherBodyUnderTheSameIdSettlesNothing() {
        send("A");

        outbox.ownCopy("bob", copy("A", 5).toBuilder().setText("another body").build());
        answer(1, Code.CONFLICT);

        assertThat(outcomes).containsExactly("A CONFLICT");
    }
}
