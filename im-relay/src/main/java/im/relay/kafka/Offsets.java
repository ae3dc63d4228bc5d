package im.relay.kafka;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What the brokers say of the log's partitions, asked anew each time. The end is that of what no leader's end can take
 * back. Safe from any thread; what does not say that it blocks does not.
 */
final class Offsets {
    /** @param committed null when the group never said */
    record Found(long first, long end, @Nullable Committed committed) {}

    private final KafkaConfig config;
    private final Admin admin;

    Offsets(KafkaConfig config, Admin admin) {
        this.config = config;
        this.admin = admin;
    }

    CompletableFuture<Found> of(int partition) {
        CompletableFuture<Long> first = list(partition, OffsetSpec.earliest());
        CompletableFuture<Long> end = end(partition);
        CompletableFuture<Map<Integer, Committed>> committed = KafkaAnswers.stage(ofGroup(Set.of(partition)));
        return first.thenCombine(end, (f, e) -> new long[] {f, e}).thenCombine(committed, (bounds, of) -> {
            return new Found(Math.min(bounds[0], bounds[1]), bounds[1], of.get(partition));
        });
    }

    /** The first offset of that time or later, else the end. */
    CompletableFuture<Long> at(int partition, long timeMs) {
        return list(partition, OffsetSpec.forTimestamp(Math.max(0, timeMs)))
                .thenCompose(found ->
                        found >= 0 ? CompletableFuture.completedFuture(found) : list(partition, OffsetSpec.latest()));
    }

    CompletableFuture<Long> end(int partition) {
        return list(partition, OffsetSpec.latest());
    }

    /** Blocks for a bounded time. */
    long endOf(int partition) {
        TopicPartition asked = name(partition);
        return KafkaAnswers.await(
                        admin.listOffsets(Map.of(asked, OffsetSpec.latest()), options())
                                .partitionResult(asked),
                        config)
                .offset();
    }

    /** Of the group, by partition; not there where it never said. Blocks for a bounded time. */
    Map<Integer, Committed> committed(Set<Integer> partitions) {
        return KafkaAnswers.await(ofGroup(partitions), config);
    }

    private KafkaFuture<Map<Integer, Committed>> ofGroup(Set<Integer> partitions) {
        ListConsumerGroupOffsetsSpec asked = new ListConsumerGroupOffsetsSpec()
                .topicPartitions(partitions.stream().map(this::name).toList());
        return admin.listConsumerGroupOffsets(
                        Map.of(config.topics().group(), asked),
                        new ListConsumerGroupOffsetsOptions()
                                .timeoutMs(config.timeouts().requestMs()))
                .partitionsToOffsetAndMetadata()
                .thenApply(all -> {
                    Map<Integer, Committed> ours = new HashMap<>();
                    all.forEach((partition, offset) -> {
                        if (offset != null) {
                            ours.put(partition.partition(), Committed.read(offset));
                        }
                    });
                    return ours;
                });
    }

    private CompletableFuture<Long> list(int partition, OffsetSpec spec) {
        TopicPartition asked = name(partition);
        return KafkaAnswers.stage(
                        admin.listOffsets(Map.of(asked, spec), options()).partitionResult(asked))
                .thenApply(found -> found.offset());
    }

    private TopicPartition name(int partition) {
        return new TopicPartition(config.topics().messages(), partition);
    }

    private ListOffsetsOptions options() {
        return new ListOffsetsOptions().timeoutMs(config.timeouts().requestMs());
    }
}
