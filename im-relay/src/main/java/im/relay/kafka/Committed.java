package im.relay.kafka;

import im.relay.LogExtent;
import im.relay.LogExtent.Epoch;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.Uuid;

/**
 * How far the group has pushed a partition, with what tells whether that still means anything: the topic, the epoch, and
 * the term under which the last record of it was read.
 *
 * @param next the offset behind it
 */
record Committed(long next, Optional<Integer> term, String topicId, int epoch) {
    private static final Pattern EPOCH = Pattern.compile("\\d{1,2}");

    static Committed of(long next, Optional<Integer> term, Uuid topicId, List<Epoch> epochs) {
        return new Committed(next, term, topicId.toString(), LogExtent.epochOf(epochs, next - 1));
    }

    OffsetAndMetadata written() {
        return new OffsetAndMetadata(next, term, topicId + "/" + epoch);
    }

    static Committed read(OffsetAndMetadata written) {
        String[] parts = written.metadata().split("/", 2);
        int epoch = parts.length == 2 && EPOCH.matcher(parts[1]).matches() ? Integer.parseInt(parts[1]) : 0;
        return new Committed(written.offset(), written.leaderEpoch(), parts[0], epoch);
    }

    /** How much of the log as it is now has been pushed: nothing of a later epoch than the one it was said in. */
    long pushedBefore(Epochs epochs, int partition) {
        return isOf(epochs) ? LogExtent.beforeLater(epochs.of(partition), epoch, next) : LogExtent.NONE;
    }

    /** Whether it is about the topic that there is. */
    boolean isOf(Epochs epochs) {
        return topicId.equals(epochs.topicId().toString());
    }
}
