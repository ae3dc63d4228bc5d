package im.relay.kafka;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** What is to be committed with the next round, the latest of each partition. Safe from any thread. */
final class Commits {
    /** @param done completes with all of them */
    record Round(Map<TopicPartition, OffsetAndMetadata> offsets, CompletableFuture<Void> done) {}

    private Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    private CompletableFuture<Void> done = new CompletableFuture<>();

    synchronized CompletableFuture<Void> add(TopicPartition partition, OffsetAndMetadata offset) {
        offsets.put(partition, offset);
        return done;
    }

    /** Null when there is nothing. */
    synchronized @Nullable Round take() {
        if (offsets.isEmpty()) {
            return null;
        }
        Round round = new Round(offsets, done);
        offsets = new HashMap<>();
        done = new CompletableFuture<>();
        return round;
    }

    /** What has not gone yet never will. */
    void fail(RuntimeException why) {
        Round round = take();
        if (round != null) {
            round.done.completeExceptionally(why);
        }
    }
}
