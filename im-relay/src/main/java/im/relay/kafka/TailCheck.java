package im.relay.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Whether the log still holds what was seen of it: whoever saw a record knows under which leader's term, and the brokers say
 * where that term's records end. So a tail that was lost is found even if the log has grown beyond it since (D8). Blocks
 * for a bounded time.
 */
final class TailCheck {
    private final KafkaConfig config;

    TailCheck(KafkaConfig config) {
        this.config = config;
    }

    /**
     * @param seen by partition the offset behind what was seen, with the term of the record before it
     * @return where the log took another course, by partition, of those where it did
     */
    Map<Integer, Long> find(Map<Integer, OffsetAndMetadata> seen) {
        Map<TopicPartition, OffsetAndMetadata> open = new HashMap<>();
        seen.forEach((partition, offset) -> {
            if (offset.leaderEpoch().isPresent()) {
                open.put(new TopicPartition(config.topics().messages(), partition), offset);
            }
        });
        Map<Integer, Long> lost = new HashMap<>();
        if (open.isEmpty()) {
            return lost;
        }
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(new ClientSettings(config).consumer("tail-check"))) {
            while (!open.isEmpty()) {
                consumer.assign(open.keySet());
                // Only who knows the present leader compares with it.
                Map<TopicPartition, Long> ends = consumer.endOffsets(open.keySet());
                open.forEach(consumer::seek);
                LogTruncationException truncation = look(consumer, open.keySet());
                if (truncation == null) {
                    return lost;
                }
                for (TopicPartition one :
                        truncation.offsetOutOfRangePartitions().keySet()) {
                    OffsetAndMetadata diverged = truncation.divergentOffsets().get(one);
                    OffsetAndMetadata was = open.remove(one);
                    if (was != null) {
                        // No leader knows of that term: what it took is gone, and nobody can say since when.
                        long from = diverged != null ? diverged.offset() : ends.getOrDefault(one, 0L);
                        lost.put(one.partition(), Math.min(from, was.offset()));
                    }
                }
            }
        }
        return lost;
    }

    private @Nullable LogTruncationException look(
            KafkaConsumer<byte[], byte[]> consumer, Set<TopicPartition> partitions) {
        try {
            for (TopicPartition partition : partitions) {
                consumer.position(partition, Duration.ofMillis(config.timeouts().requestMs()));
            }
            return null;
        } catch (LogTruncationException e) {
            return e;
        }
    }
}
