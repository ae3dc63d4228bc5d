package im.relay.kafka;

import com.google.protobuf.UnsafeByteOperations;
import im.protocol.v1.LogIdentity;
import im.protocol.v1.PartitionEpoch;
import im.relay.LogPosition;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads and writes the topic of the log's identity. Whoever writes reads again afterwards: only what the topic says counts,
 * and a write whose outcome is not known either stands there or does not. Blocks; one thread at a time.
 */
final class IdentityTopic {
    private static final Logger LOG = LoggerFactory.getLogger(IdentityTopic.class);
    private static final Duration POLL = Duration.ofMillis(100);

    private final KafkaConfig config;
    private final ClientSettings settings;
    private final TopicPartition partition;

    IdentityTopic(KafkaConfig config) {
        this.config = config;
        settings = new ClientSettings(config);
        partition = new TopicPartition(config.topics().identity(), 0);
    }

    /**
     * All that the topic says; null while it says nothing.
     *
     * @throws KafkaException when no broker answers in time
     */
    @Nullable Epochs read() {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings.consumer("identity"))) {
            consumer.assign(List.of(partition));
            long begin = consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            consumer.seek(partition, begin);
            return read(consumer, end);
        }
    }

    private @Nullable Epochs read(KafkaConsumer<byte[], byte[]> consumer, long end) {
        long deadline = System.nanoTime() + config.timeouts().request().toNanos();
        Epochs epochs = null;
        while (consumer.position(partition) < end) {
            if (System.nanoTime() > deadline) {
                throw new org.apache.kafka.common.errors.TimeoutException(
                        "topic " + partition.topic() + " could not be read to its end");
            }
            for (ConsumerRecord<byte[], byte[]> entry : consumer.poll(POLL)) {
                epochs = Epochs.fold(epochs, entry.value(), partition.topic(), entry.offset());
            }
        }
        return epochs;
    }

    /** The first record of a log, or of a topic that was made anew: an epoch that begins in every partition. */
    void begin(String logId, Uuid topicId, int partitions, int epoch, Map<Integer, Long> lastBefore) {
        LogIdentity.Builder record = record(logId, topicId, partitions, epoch);
        for (int p = 0; p < partitions; p++) {
            record.addBegins(PartitionEpoch.newBuilder().setPartition(p).setLastBefore(lastBefore.getOrDefault(p, 0L)));
        }
        write(record.build());
    }

    /** A new epoch of one partition, whose log ends at an offset that views are ahead of. */
    void raise(Epochs epochs, int of, int epoch, long firstOffset, long lastBefore) {
        write(record(epochs.logId(), epochs.topicId(), epochs.partitions(), epoch)
                .addBegins(PartitionEpoch.newBuilder()
                        .setPartition(of)
                        .setFirstOffset(firstOffset)
                        .setLastBefore(lastBefore))
                .build());
    }

    private LogIdentity.Builder record(String logId, Uuid topicId, int partitions, int epoch) {
        if (epoch > LogPosition.MAX_EPOCH) {
            throw new KafkaStartException("topic " + partition.topic() + ": epoch " + epoch + " is needed, and "
                    + LogPosition.MAX_EPOCH + " is the last there can be; begin a new log with another topic number");
        }
        ByteBuffer id = ByteBuffer.allocate(16)
                .putLong(topicId.getMostSignificantBits())
                .putLong(topicId.getLeastSignificantBits())
                .flip();
        return LogIdentity.newBuilder()
                .setFormat(Epochs.FORMAT)
                .setLogId(logId)
                .setTopicId(UnsafeByteOperations.unsafeWrap(id))
                .setPartitions(partitions)
                .setEpoch(epoch);
    }

    private void write(LogIdentity record) {
        String key = record.getEpoch() + "/" + Uuid.randomUuid();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings.identity())) {
            producer.send(new ProducerRecord<>(
                            partition.topic(), 0, key.getBytes(StandardCharsets.US_ASCII), record.toByteArray()))
                    .get(3L * config.timeouts().requestMs(), TimeUnit.MILLISECONDS);
            LOG.atInfo()
                    .addKeyValue("topic", partition.topic())
                    .addKeyValue("epoch", record.getEpoch())
                    .addKeyValue("begins", record.getBeginsCount())
                    .log("epoch written");
        } catch (TimeoutException e) {
            throw new org.apache.kafka.common.errors.TimeoutException("topic " + partition.topic(), e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException known ? known : new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted while an epoch was written", e);
        }
    }
}
