package im.relay.kafka;

import static im.relay.Requests.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class AppendQueueTest {
    private static final long LONG_MS = 60_000;

    private final AppendQueue queue = new AppendQueue(100, 1 << 20);
    private final Append append = new Append(List.of(message("a", "b", 1, "x")), Runnable::run, told -> {}, 0, 0);

    private CompletableFuture<List<Append>> take() {
        return CompletableFuture.supplyAsync(() -> queue.take(LONG_MS));
    }

    @Test
    void oneThatIsClosedWaitsForAnswersAndEndsWithTheLast() {
        queue.offer(append);
        assertThat(queue.take(LONG_MS)).containsExactly(append);
        queue.close();

        CompletableFuture<List<Append>> waits = new CompletableFuture<>();
        Thread taker = new Thread(() -> waits.complete(queue.take(LONG_MS)));
        taker.start();
        await().until(() -> taker.getState() == Thread.State.TIMED_WAITING || waits.isDone());
        assertThat(waits).isNotDone();

        queue.release(append);
        await().untilAsserted(() -> assertThat(waits).isCompletedWithValue(List.of()));
    }

    @Test
    void oneThatIsClosedWithNothingToAnswerDoesNotWait() {
        queue.close();
        await().untilAsserted(() -> assertThat(take()).isCompletedWithValue(List.of()));
    }
}
