package im.relay.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import im.protocol.v1.LogIdentity;
import im.protocol.v1.PartitionEpoch;
import im.relay.LogExtent.Epoch;
import im.relay.LogPosition;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the records of the identity topic come to: the log's id, the topic it is about, and of each partition the epochs
 * (D8). Of the records that would begin the same epoch of a partition the first one counts, so that all who read the topic
 * come to the same. Immutable.
 *
 * @param topicId of the topic of messages that the epochs are about
 * @param byPartition one list a partition, of the present topic only, none empty
 * @param last the largest epoch that any partition ever had
 */
record Epochs(String logId, Uuid topicId, List<List<Epoch>> byPartition, int last) {
    static final int FORMAT = 1;

    private static final Logger LOG = LoggerFactory.getLogger(Epochs.class);

    int partitions() {
        return byPartition.size();
    }

    List<Epoch> of(int partition) {
        return byPartition.get(partition);
    }

    Epoch current(int partition) {
        List<Epoch> epochs = byPartition.get(partition);
        return epochs.get(epochs.size() - 1);
    }

    /**
     * What it is after one more record.
     *
     * @param before null before the first
     * @throws KafkaStartException when the record is of a later format, which may mean anything
     */
    static @Nullable Epochs fold(@Nullable Epochs before, byte @Nullable [] value, String topic, long offset) {
        LogIdentity record = parse(value, topic, offset);
        if (record.getFormat() != FORMAT) {
            throw new KafkaStartException("topic " + topic + ": format of the record at offset " + offset + " is "
                    + record.getFormat() + ", expected " + FORMAT);
        }
        Uuid topicId = uuid(record);
        if (before == null) {
            return isWhole(record) ? fresh(record, topicId) : null;
        }
        if (!record.getLogId().equals(before.logId) || record.getEpoch() > LogPosition.MAX_EPOCH) {
            return ignored(before, offset);
        }
        if (isWhole(record)) {
            return record.getEpoch() > before.last ? fresh(record, topicId) : ignored(before, offset);
        }
        return topicId.equals(before.topicId) ? before.with(record, offset) : ignored(before, offset);
    }

    private static Epochs ignored(Epochs before, long offset) {
        LOG.atDebug().addKeyValue("offset", offset).log("another process was first");
        return before;
    }

    private static LogIdentity parse(byte @Nullable [] value, String topic, long offset) {
        try {
            return LogIdentity.parseFrom(value == null ? new byte[0] : value);
        } catch (InvalidProtocolBufferException e) {
            throw new KafkaStartException(
                    "topic " + topic + ": the record at offset " + offset + " is none of ours", e);
        }
    }

    /** Whether the record begins an epoch in every partition, as it does when the topic is new. */
    private static boolean isWhole(LogIdentity record) {
        return record.getPartitions() > 0 && record.getBeginsCount() == record.getPartitions();
    }

    private static Epochs fresh(LogIdentity record, Uuid topicId) {
        List<List<Epoch>> epochs = new ArrayList<>();
        for (int p = 0; p < record.getPartitions(); p++) {
            epochs.add(List.of(new Epoch(record.getEpoch(), record.getBegins(p).getFirstOffset())));
        }
        return new Epochs(record.getLogId(), topicId, List.copyOf(epochs), record.getEpoch());
    }

    private Epochs with(LogIdentity record, long offset) {
        List<List<Epoch>> epochs = new ArrayList<>(byPartition);
        for (PartitionEpoch begin : record.getBeginsList()) {
            if (begin.getPartition() >= partitions()) {
                continue;
            }
            Epoch current = current(begin.getPartition());
            if (record.getEpoch() <= current.number()) {
                ignored(this, offset);
                continue;
            }
            List<Epoch> longer = new ArrayList<>(epochs.get(begin.getPartition()));
            // Of an epoch that was lost as a whole nothing is left to tell.
            longer.removeIf(epoch -> epoch.firstOffset() > begin.getFirstOffset());
            longer.add(new Epoch(record.getEpoch(), begin.getFirstOffset()));
            epochs.set(begin.getPartition(), List.copyOf(longer));
        }
        return new Epochs(logId, topicId, List.copyOf(epochs), Math.max(last, record.getEpoch()));
    }

    private static Uuid uuid(LogIdentity record) {
        if (record.getTopicId().size() != 16) {
            return Uuid.ZERO_UUID;
        }
        java.nio.ByteBuffer bytes = record.getTopicId().asReadOnlyByteBuffer();
        return new Uuid(bytes.getLong(), bytes.getLong());
    }
}
