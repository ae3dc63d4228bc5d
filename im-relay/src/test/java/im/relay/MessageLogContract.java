package im.relay;

import static im.relay.Answers.append;
import static im.relay.Requests.accepted;
import static im.relay.Requests.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.protocol.ConversationKey;
import im.protocol.Ids;
import im.protocol.v1.Envelope;
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

    /** The envelopes that stand in a conversation, in the log's order. */
    protected abstract List<byte[]> standing(ConversationKey conversation) throws Exception;

    private List<String> texts(ConversationKey conversation) throws Exception {
        List<String> texts = new ArrayList<>();
        for (byte[] envelope : standing(conversation)) {
            texts.add(Envelope.parseFrom(envelope).getText());
        }
        return texts;
    }

    @Test
    void aHealthyLogHasAnIdAndNoFailure() {
        assertThat(Ids.isValid(log().logId())).isTrue();
        assertThat(log().failure()).isNull();
    }

    @Test
    void anAppendedMessageStandsByteForByte() throws Exception {
        AppendRequest request = message("a", "b", 1, "hello");

        assertThat(append(log(), request)).containsExactly(accepted(1));

        assertThat(standing(AB)).containsExactly(request.envelope());
    }

    @Test
    void messagesKeepTheOrderOfTheirBatches() throws Exception {
        append(log(), message("a", "b", 1, "1"), message("a", "b", 2, "2"));
        append(log(), message("c", "d", 9, "other"));
        append(log(), message("b", "a", 3, "3"));

        assertThat(texts(AB)).containsExactly("1", "2", "3");
    }

    @Test
    void aBatchOfTheLargestMessagesStandsInItsOrder() throws Exception {
        AppendRequest[] batch = new AppendRequest[64];
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < batch.length; i++) {
            expected.add(i + "x".repeat(60_000));
            batch[i] = message("a", "b", i, expected.get(i));
        }

        assertThat(append(log(), batch)).hasSize(64).allMatch(AppendOutcome.Accepted.class::isInstance);

        assertThat(texts(AB)).isEqualTo(expected);
    }

    @Test
    void theSameIdOfAnotherSenderOrInAnotherConversationIsAnotherMessage() throws Exception {
        append(log(), message("a", "b", 1, "x"));

        assertThat(append(log(), message("b", "a", 1, "y"))).containsExactly(accepted(1));
        assertThat(append(log(), message("a", "c", 1, "z"))).containsExactly(accepted(1));

        assertThat(texts(AB)).containsExactly("x", "y");
        assertThat(texts(ConversationKey.direct("a", "c"))).containsExactly("z");
    }

    @Test
    void aConversationWithOneselfIsAConversation() throws Exception {
        append(log(), message("a", "a", 1, "note"));

        assertThat(texts(ConversationKey.direct("a", "a"))).containsExactly("note");
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
        assertThat(texts(AB)).isEqualTo(expected);
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
    void aLaneThatEndedOrThrowsDoesNotStopTheLog() throws Exception {
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

        assertThat(standing(AB)).hasSize(3);
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
}
