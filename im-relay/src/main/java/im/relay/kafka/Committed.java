package im.relay.kafka;

import im.relay.LogExtent;
import im.relay.LogExtent.Epoch;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.Uuid;

/**
 * How far the group has pushed a partition, with what tells whether that still means anything: the topic, the epoch, and
 * the term under which the last record of it was read.
 *
 * @param next the offset behind it
 */
record Committed(long next, Optional<Integer> term, String topicId, int epoch) {

    static Committed of(long next, Optional<Integer> term, Uuid topicId, List<Epoch> epochs) {
        int epoch = epochs.get(0).number();
        for (Epoch one : epochs) {
            if (one.firstOffset() < next) {
                epoch = one.number();
            }
        }
        return new Committed(next, term, topicId.toString(), epoch);
    }

    OffsetAndMetadata written() {
        return new OffsetAndMetadata(next, term, topicId + "/" + epoch);
    }

    static Committed read(OffsetAndMetadata written) {
        String[] parts = written.metadata().split("/", 2);
        int epoch = parts.length == 2 && parts[1].matches("\\d{1,2}") ? Integer.parseInt(parts[1]) : 0;
        return new Committed(written.offset(), written.leaderEpoch(), parts[0], epoch);
    }

    /** How much of the log as it is now has been pushed: nothing of a later epoch than the one it was said in. */
    long pushedBefore(Epochs epochs, int partition) {
        if (!isOf(epochs)) {
            return LogExtent.NONE;
        }
        long pushed = next;
        for (Epoch one : epochs.of(partition)) {
            if (one.number() > epoch) {
                pushed = Math.min(pushed, one.firstOffset());
            }
        }
        return pushed;
    }

    /** Whether it is about the topic that there is. */
    boolean isOf(Epochs epochs) {
        return topicId.equals(epochs.topicId().toString());
    }
}
