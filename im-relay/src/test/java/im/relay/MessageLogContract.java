package im.relay;

import static im.relay.Answers.after;
import static im.relay.Answers.append;
import static im.relay.Requests.accepted;
import static im.relay.Requests.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.protocol.ConversationKey;
import im.protocol.Ids;
import im.protocol.v1.Code;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What every {@link MessageLog} keeps. */
public abstract class MessageLogContract {
    private static final ConversationKey AB = ConversationKey.direct("a", "b");

    protected abstract MessageLog log();

    /** The view of the same log. */
    protected abstract ConversationStore store();

    @Test
    void aHealthyLogHasAnIdAndNoFailure() {
        assertThat(Ids.isValid(log().logId())).isTrue();
        assertThat(log().failure()).isNull();
    }

    @Test
    void anAppendedMessageStandsInTheStoreByteForByte() {
        AppendRequest request = message("a", "b", 1, "hello");

        assertThat(append(log(), request)).containsExactly(accepted(1));

        List<PlacedMessage> messages = after(store(), AB, 0);
        assertThat(messages).hasSize(1);
        assertThat(Requests.placed(messages.get(0)).getEnvelope().toByteArray()).isEqualTo(request.envelope());
        assertThat(Requests.placed(messages.get(0)).getPosition())
                .isEqualTo(messages.get(0).position())
                .isPositive();
    }

    @Test
    void messagesOfABatchKeepTheirOrderAndNameTheirPredecessor() {
        append(log(), message("a", "b", 1, "1"), message("a", "b", 2, "2"));
        append(log(), message("c", "d", 9, "other"));
        append(log(), message("b", "a", 3, "3"));

        List<PlacedMessage> messages = after(store(), AB, 0);
        assertThat(messages).extracting(Requests::text).containsExactly("1", "2", "3");
        assertThat(messages.get(0).prev()).isZero();
        assertThat(messages.get(1).prev()).isEqualTo(messages.get(0).position());
        assertThat(messages.get(2).prev()).isEqualTo(messages.get(1).position());
        assertThat(messages)
                .allSatisfy(m -> assertThat(Requests.placed(m).getPrev()).isEqualTo(m.prev()));
    }

    @Test
    void aRetryIsAcceptedAsTheFirstAndStandsOnce() {
        append(log(), message("a", "b", 1, "hello"));
        AppendRequest first = message("a", "b", 1, "hello");
        AppendRequest later = new AppendRequest(
                first.conversation(), "a", first.messageId(), first.requestHash(), 9_999_999, first.envelope());

        assertThat(append(log(), later)).containsExactly(accepted(1));

        assertThat(after(store(), AB, 0)).hasSize(1);
    }

    @Test
    void aRetryInTheSameBatchStandsOnce() {
        assertThat(append(log(), message("a", "b", 1, "x"), message("a", "b", 1, "x"), message("a", "b", 2, "y")))
                .containsExactly(accepted(1), accepted(1), accepted(2));

        assertThat(after(store(), AB, 0)).extracting(Requests::text).containsExactly("x", "y");
    }

    @Test
    void anotherBodyUnderAKnownIdIsAConflictAndWhatFollowsIsOutOfOrder() {
        append(log(), message("a", "b", 1, "x"));

        List<AppendOutcome> outcomes =
                append(log(), message("a", "b", 2, "y"), message("a", "b", 1, "z"), message("a", "b", 3, "w"));

        assertThat(outcomes.get(0)).isEqualTo(accepted(2));
        assertRefused(outcomes.get(1), Code.CONFLICT);
        assertRefused(outcomes.get(2), Code.OUT_OF_ORDER);
        assertThat(after(store(), AB, 0)).extracting(Requests::text).containsExactly("x", "y");
    }

    @Test
    void theSameIdOfAnotherSenderOrInAnotherConversationIsAnotherMessage() {
        append(log(), message("a", "b", 1, "x"));

        assertThat(append(log(), message("b", "a", 1, "y"))).containsExactly(accepted(1));
        assertThat(append(log(), message("a", "c", 1, "z"))).containsExactly(accepted(1));

        assertThat(after(store(), AB, 0)).extracting(Requests::text).containsExactly("x", "y");
        assertThat(after(store(), ConversationKey.direct("a", "c"), 0)).hasSize(1);
    }

    @Test
    void aConversationWithOneselfIsAConversation() {
        append(log(), message("a", "a", 1, "note"));

        assertThat(after(store(), ConversationKey.direct("a", "a"), 0))
                .extracting(Requests::text)
                .containsExactly("note");
    }

    @Test
    void callsOfOneThreadAreAppendedInTheirOrder() throws Exception {
        int calls = 500;
        CountDownLatch told = new CountDownLatch(calls);
        for (int i = 0; i < calls; i++) {
            log().append(List.of(message("a", "b", i, "m" + i)), Runnable::run, outcomes -> told.countDown());
        }
        assertThat(told.await(60, TimeUnit.SECONDS)).isTrue();

        List<String> expected = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            expected.add("m" + i);
        }
        assertThat(after(store(), AB, 0)).extracting(Requests::text).isEqualTo(expected);
    }

    @Test
    void everyAnswerRunsOnItsLane() throws Exception {
        ExecutorService lane = Executors.newSingleThreadExecutor(task -> new Thread(task, "lane"));
        List<String> threads = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch told = new CountDownLatch(20);
        try {
            for (int i = 0; i < 20; i++) {
                log().append(List.of(message("a", "b", i, "x")), lane, outcomes -> {
                    threads.add(Thread.currentThread().getName());
                    told.countDown();
                });
            }
            assertThat(told.await(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            lane.shutdown();
        }
        assertThat(threads).hasSize(20).containsOnly("lane");
    }

    @Test
    void aLaneThatEndedOrThrowsDoesNotStopTheLog() {
        log().append(
                        List.of(message("a", "b", 1, "x")),
                        task -> {
                            throw new java.util.concurrent.RejectedExecutionException("ended");
                        },
                        outcomes -> {});
        log().append(List.of(message("a", "b", 2, "y")), Runnable::run, outcomes -> {
            throw new IllegalStateException("thrown by the test");
        });

        assertThat(append(log(), message("a", "b", 3, "z"))).containsExactly(accepted(3));

        assertThat(after(store(), AB, 0)).hasSize(3);
    }

    @Test
    void aBatchThatIsNoneIsRefusedAtTheCall() {
        assertThatThrownBy(() -> append(log())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> append(log(), message("a", "b", 1, "x"), message("b", "a", 2, "x")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> append(log(), message("a", "b", 1, "x"), message("a", "c", 2, "x")))
                .isInstanceOf(IllegalArgumentException.class);
        List<AppendRequest> many = Collections.nCopies(65, message("a", "b", 1, "x"));
        assertThatThrownBy(() -> log().append(many, Runnable::run, outcomes -> {}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    protected static void assertRefused(AppendOutcome outcome, Code code) {
        assertThat(outcome).isInstanceOf(AppendOutcome.Refused.class);
        assertThat(((AppendOutcome.Refused) outcome).code()).isEqualTo(code);
    }
}
