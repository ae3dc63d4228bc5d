package im.relay.kafka;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Where the log's partitions end, for whoever has to know that a view has everything: a look at the brokers that begins
 * after the question. Those who ask while one is under way share the next, so that of each partition there is never more
 * than one. Any thread; no call blocks.
 */
public final class LogEnds {
    private final IntFunction<CompletableFuture<Long>> look;
    private final Map<Integer, Looks> partitions = new HashMap<>();

    /** Of one partition: what is being looked at, and what those wait for who came since. */
    private static final class Looks {
        @Nullable CompletableFuture<Long> next;
    }

    /** @param look asks the brokers for one partition's end, once; ends in bounded time */
    LogEnds(IntFunction<CompletableFuture<Long>> look) {
        this.look = look;
    }

    /** The offset that the next record will get; everything that was accepted before the call stands below. */
    public CompletionStage<Long> of(int partition) {
        CompletableFuture<Long> answer;
        synchronized (this) {
            Looks looks = partitions.get(partition);
            if (looks != null) {
                if (looks.next == null) {
                    looks.next = new CompletableFuture<>();
                }
                return looks.next.minimalCompletionStage();
            }
            partitions.put(partition, new Looks());
            answer = new CompletableFuture<>();
        }
        look(partition, answer);
        return answer.minimalCompletionStage();
    }

    private void look(int partition, CompletableFuture<Long> answer) {
        look.apply(partition).whenComplete((end, failure) -> {
            CompletableFuture<Long> next = next(partition);
            if (failure == null) {
                answer.complete(end);
            } else {
                answer.completeExceptionally(failure);
            }
            if (next != null) {
                look(partition, next);
            }
        });
    }

    private synchronized @Nullable CompletableFuture<Long> next(int partition) {
        Looks looks = partitions.get(partition);
        CompletableFuture<Long> next = looks == null ? null : looks.next;
        if (looks == null || next == null) {
            partitions.remove(partition);
        } else {
            looks.next = null;
        }
        return next;
    }
}
