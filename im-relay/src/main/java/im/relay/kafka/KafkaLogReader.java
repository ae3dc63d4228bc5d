package im.relay.kafka;

import im.relay.LogExtent;
import im.relay.LogPosition;
import im.relay.LogReader;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** One member of the relays' group. What a partition holds is asked of the brokers; what is in it comes from {@link ReadLoop}. */
final class KafkaLogReader implements LogReader {
    private static final int TAIL_LOOKS = 3;
    private static final long TAIL_PAUSE_MS = 300;

    private final KafkaConfig config;
    private final Identity identity;
    private final Offsets offsets;
    private final HeldPartitions held = new HeldPartitions();
    private final Commits commits = new Commits();
    private final ReadLoop loop;

    KafkaLogReader(KafkaConfig config, Identity identity, Admin admin, ReadMeters meters) {
        this.config = config;
        this.identity = identity;
        offsets = new Offsets(config, admin);
        loop = new ReadLoop(config, identity, admin, offsets, held, commits, meters);
    }

    @Override
    public void start(Assignments listener) {
        loop.start(listener);
    }

    @Override
    public CompletionStage<LogExtent> extent(int partition) {
        return loop.mended(partition)
                .thenCompose(ready -> offsets.of(partition))
                .thenApply(found -> {
                    PartitionFeed feed = held.feed(partition);
                    if (feed != null) {
                        feed.toldEnd(found.end());
                    }
                    return new LogExtent(found.first(), found.end(), found.committed(), identity.of(partition));
                });
    }

    @Override
    public CompletionStage<Slice> read(int partition, long from, int maxRecords, int maxBytes, Duration wait) {
        PartitionFeed feed = held.feed(partition);
        return feed == null
                ? CompletableFuture.failedFuture(notHeld(partition))
                : feed.read(from, maxRecords, maxBytes, wait, loop::wake);
    }

    @Override
    public CompletionStage<Long> offsetAt(int partition, long timeMs) {
        return offsets.at(partition, timeMs);
    }

    @Override
    public CompletionStage<Void> commit(int partition, long next) {
        PartitionFeed feed = held.feed(partition);
        if (feed == null) {
            return CompletableFuture.failedFuture(notHeld(partition));
        }
        Optional<Integer> leaderEpoch = feed.leaderEpochBefore(next);
        return commits.add(
                new TopicPartition(config.topics().messages(), partition),
                new OffsetAndMetadata(
                        next, leaderEpoch, identity.epochs().topicId().toString()));
    }

    private static IllegalStateException notHeld(int partition) {
        return new IllegalStateException("partition " + partition + " is not held");
    }

    /** The loss is looked at more than once before it is believed: a new epoch cannot be taken back. */
    @Override
    public CompletionStage<LogExtent> raiseEpoch(int partition, int epoch, long seen) {
        return identity.raise(partition, epoch, () -> lostEnd(partition, epoch, seen), seen)
                .thenCompose(raised -> extent(partition));
    }

    /** Where the log ends; null when it holds what was seen. */
    private @Nullable Long lostEnd(int partition, int epoch, long seen) {
        for (int look = 1; ; look++) {
            long end = offsets.endOf(partition);
            if (LogPosition.epoch(seen) <= epoch && LogPosition.offset(seen) < end) {
                return null;
            }
            if (look == TAIL_LOOKS) {
                return end;
            }
            Threads.pause(TAIL_PAUSE_MS);
        }
    }

    @Override
    public @Nullable String failure() {
        return loop.failure();
    }

    @Override
    public void close() {
        loop.close();
    }
}
