package im.relay.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the log still holds what the group had processed: a commit says under which leader its last record was read, and
 * the brokers say where that leader's records end. So a tail that was lost is found even if the log has grown beyond it
 * since (D8). Blocks for a bounded time.
 */
final class TailCheck {
    private static final Logger LOG = LoggerFactory.getLogger(TailCheck.class);

    private final KafkaConfig config;

    TailCheck(KafkaConfig config) {
        this.config = config;
    }

    /** @return where the log took another course, by partition, of those where it did */
    Map<Integer, Long> find(Map<Integer, OffsetAndMetadata> committed) {
        Map<TopicPartition, OffsetAndMetadata> open = new HashMap<>();
        committed.forEach((partition, offset) -> {
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
                consumer.endOffsets(open.keySet());
                open.forEach(consumer::seek);
                Set<TopicPartition> found = look(consumer, Set.copyOf(open.keySet()), lost);
                if (found.isEmpty()) {
                    return lost;
                }
                open.keySet().removeAll(found);
            }
        }
        return lost;
    }

    private Set<TopicPartition> look(
            KafkaConsumer<byte[], byte[]> consumer, Set<TopicPartition> partitions, Map<Integer, Long> lost) {
        try {
            for (TopicPartition partition : partitions) {
                consumer.position(partition, Duration.ofMillis(config.timeouts().requestMs()));
            }
            return Set.of();
        } catch (LogTruncationException e) {
            e.divergentOffsets().forEach((partition, offset) -> lost.put(partition.partition(), offset.offset()));
            LOG.atWarn()
                    .addKeyValue("partitions", e.divergentOffsets().keySet())
                    .log("the log lost its tail");
            return e.offsetOutOfRangePartitions().keySet();
        }
    }
}
