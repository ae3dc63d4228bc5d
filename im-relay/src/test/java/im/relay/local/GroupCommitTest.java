package im.relay.local;

import static im.relay.Answers.after;
import static im.relay.Answers.append;
import static im.relay.Answers.await;
import static im.relay.Requests.accepted;
import static im.relay.Requests.message;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.protocol.v1.Code;
import im.relay.AppendOutcome;
import im.relay.AppendOutcome.Refused;
import im.relay.CursorStore;
import im.relay.ReadResult;
import im.relay.Requests;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one commit takes from the queue, and what the queue's bounds do. */
class GroupCommitTest {
    private static final ConversationKey AB = ConversationKey.direct("a", "b");

    /** Runs in place and counts how often it was woken. */
    private static final class CountingLane implements Executor {
        final AtomicInteger wakeups = new AtomicInteger();

        @Override
        public void execute(Runnable task) {
            wakeups.incrementAndGet();
            task.run();
        }
    }

    /** One object: answers keep their order only within a lane. */
    private static final Executor HERE = Runnable::run;

    @TempDir
    Path folder;

    private final List<AppendOutcome> outcomes = Collections.synchronizedList(new ArrayList<>());
    private TestStore store;

    @BeforeEach
    void open() {
        store = new TestStore(folder);
        store.config = store.config.withQueue(64, 5 << 20);
        store.open();
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void whatIsQueuedIsOneCommitThatWakesEachLaneOnce() {
        CountingLane first = new CountingLane();
        CountingLane second = new CountingLane();
        WriterStop stop = store.stopWriter();
        stop.reach(store.log());

        for (int i = 0; i < 30; i++) {
            queue(i % 2 == 0 ? first : second, "m" + i, i);
        }
        store.cursors().raise("a", "d", AB, 1, first, () -> {});
        store.cursors().open("a", "d", CursorStore.Start.HEADS, second, result -> {});
        stop.open();
        store.close();

        assertThat(outcomes).hasSize(30).allMatch(AppendOutcome.Accepted.class::isInstance);
        assertThat(first.wakeups).hasValue(1);
        assertThat(second.wakeups).hasValue(1);
        assertThat(store.meters.get("im.relay.commit.messages").summary().max()).isGreaterThanOrEqualTo(30);
    }

    @Test
    void aBugOfWhoeverHearsOfACommitKeepsNobodyFromItsResult() {
        store.onCommit = () -> {
            throw new AssertionError("a bug of the listener");
        };

        for (int i = 0; i < 2; i++) {
            assertThat(append(store.log(), message("a", "b", i, "x"))).containsExactly(accepted(i));
        }
        assertThat(store.log().failure()).isNull();
    }

    @Test
    void aConversationsPredecessorsAreSeenInsideACommit() {
        WriterStop stop = store.stopWriter();
        stop.reach(store.log());
        for (int i = 0; i < 10; i++) {
            queue(HERE, "m" + i, i);
        }
        queue(HERE, "m3", 3);
        stop.open();
        append(store.log(), message("c", "d", 1, "barrier"));

        var messages = after(store.conversations(), AB, 0);
        assertThat(messages).hasSize(10);
        for (int i = 1; i < 10; i++) {
            assertThat(messages.get(i).prev()).isEqualTo(messages.get(i - 1).position());
        }
        assertThat(outcomes.get(10)).isEqualTo(accepted(3));
    }

    @Test
    void aConflictWithAMessageOfTheSameCommitIsRefused() {
        WriterStop stop = store.stopWriter();
        stop.reach(store.log());
        queue(HERE, "x", 1);
        queue(HERE, "other", 1);
        stop.open();
        append(store.log(), message("c", "d", 1, "barrier"));

        assertThat(outcomes.get(0)).isEqualTo(accepted(1));
        assertThat(((Refused) outcomes.get(1)).code()).isEqualTo(Code.CONFLICT);
        assertThat(after(store.conversations(), AB, 0)).hasSize(1);
    }

    @Test
    void aFullQueueOfMessagesIsOverloadedAndTakesMoreLater() {
        WriterStop stop = store.stopWriter();
        stop.reach(store.log());
        for (int i = 0; i < 64; i++) {
            queue(HERE, "m" + i, i);
        }

        AppendOutcome refused = append(store.log(), message("a", "b", 99, "x")).get(0);
        ReadResult<Boolean> opened = await(done -> store.cursors().open("a", "d", CursorStore.Start.HEADS, HERE, done));

        assertThat(((Refused) refused).code()).isEqualTo(Code.OVERLOADED);
        assertThat(((Refused) refused).retryAfterMs()).isPositive();
        assertThat(opened).isInstanceOf(ReadResult.Failed.class);
        stop.open();
        store.close();
        assertThat(outcomes).hasSize(64).allMatch(AppendOutcome.Accepted.class::isInstance);
        store.open();
        assertThat(append(store.log(), message("a", "b", 99, "x"))).containsExactly(accepted(99));
    }

    @Test
    void aQueueFullOfBytesIsOverloaded() {
        WriterStop stop = store.stopWriter();
        stop.reach(store.log());
        String large = "x".repeat(1_500_000);
        for (int i = 0; i < 3; i++) {
            queue(HERE, large, i);
        }

        AppendOutcome refused =
                append(store.log(), message("a", "b", 99, large)).get(0);

        assertThat(((Refused) refused).code()).isEqualTo(Code.OVERLOADED);
        stop.open();
    }

    @Test
    void whatWaitedLongerThanAQuarterOfTheWindowIsNotAppended() {
        WriterStop stop = store.stopWriter();
        stop.reach(store.log());
        var late = List.of(message("a", "b", 1, "late"), message("a", "b", 2, "behind it"));
        store.log().append(late, HERE, outcomes::addAll);
        store.pass(Duration.ofMillis(1));
        queue(HERE, "in time", 3);
        store.pass(store.config.dedupeWindow().dividedBy(4));
        stop.open();
        append(store.log(), message("c", "d", 1, "barrier"));

        assertThat(((Refused) outcomes.get(0)).code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(((Refused) outcomes.get(1)).code()).isEqualTo(Code.OUT_OF_ORDER);
        assertThat(after(store.conversations(), AB, 0))
                .extracting(Requests::text)
                .containsExactly("in time");
    }

    @Test
    void closingWritesAndAnswersWhatIsQueuedAndRefusesTheRest() {
        WriterStop stop = store.stopWriter();
        stop.reach(store.log());
        LocalStore open = store.store();
        for (int i = 0; i < 20; i++) {
            queue(HERE, "m" + i, i);
        }
        CompletableFuture<Void> closed = CompletableFuture.runAsync(store::close);
        stop.open();
        closed.orTimeout(60, TimeUnit.SECONDS).join();

        assertThat(outcomes).hasSize(20).allMatch(AppendOutcome.Accepted.class::isInstance);
        AppendOutcome refused = append(open.log(), message("a", "b", 99, "x")).get(0);
        assertThat(((Refused) refused).code()).isEqualTo(Code.UNAVAILABLE);
        ReadResult<Long> head = await(done -> open.conversations().head(AB, HERE, done));
        assertThat(head).isInstanceOf(ReadResult.Failed.class);
        store.open();
        assertThat(after(store.conversations(), AB, 0)).hasSize(20);
    }

    @Test
    void nothingIsPushedOrToldTwiceAndEverythingCommittedIsPushedOnce() {
        for (int i = 0; i < 5; i++) {
            append(store.log(), message("a", "b", 1, "x"));
        }
        append(store.log(), message("a", "b", 2, "y"));

        assertThat(store.committed).extracting(Requests::text).containsExactly("x", "y");
    }

    private void queue(Executor lane, String text, long id) {
        store.log().append(List.of(message("a", "b", id, text)), lane, outcomes::addAll);
    }
}
