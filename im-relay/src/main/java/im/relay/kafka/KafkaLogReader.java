package im.relay.kafka;

import im.relay.LogExtent;
import im.relay.LogPosition;
import im.relay.LogReader;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** One member of the relays' group. What a partition holds is asked of the brokers; what is in it comes from {@link ReadLoop}. */
final class KafkaLogReader implements LogReader {
    private final KafkaConfig config;
    private final Identity identity;
    private final Offsets offsets;
    private final Tails tails;
    private final HeldPartitions held = new HeldPartitions();
    private final Commits commits = new Commits();
    private final ReadLoop loop;

    KafkaLogReader(KafkaConfig config, Identity identity, Admin admin, ReadMeters meters) {
        this.config = config;
        this.identity = identity;
        offsets = new Offsets(config, admin);
        tails = new Tails(config, identity, offsets);
        loop = new ReadLoop(config, identity, admin, held, commits, meters);
    }

    @Override
    public void start(Assignments listener) {
        loop.start(listener);
    }

    @Override
    public CompletionStage<LogExtent> extent(int partition) {
        return offsets.of(partition).thenApply(found -> {
            PartitionFeed feed = held.feed(partition);
            if (feed != null) {
                feed.toldEnd(found.end());
            }
            Epochs epochs = identity.epochs();
            long pushed = found.committed() == null
                    ? LogExtent.NONE
                    : found.committed().pushedBefore(epochs, partition);
            return new LogExtent(found.first(), found.end(), pushed, epochs.of(partition));
        });
    }

    @Override
    public CompletionStage<LogExtent> settle(int partition, long seen, int term) {
        return tails.settle(partition, seen, term)
                .thenCompose(settled -> extent(partition))
                .thenApply(extent -> {
                    PartitionFeed feed = held.feed(partition);
                    if (feed != null) {
                        boolean has = seen > 0 && term != NO_TERM && !extent.hasForgotten(seen);
                        feed.settled(LogPosition.offset(seen) + 1, has ? Optional.of(term) : Optional.empty());
                    }
                    return extent;
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
        Epochs epochs = identity.epochs();
        return commits.add(
                new TopicPartition(config.topics().messages(), partition),
                Committed.of(next, feed.termOfDone(next), epochs.topicId(), epochs.of(partition))
                        .written());
    }

    private static IllegalStateException notHeld(int partition) {
        return new IllegalStateException("partition " + partition + " is not held");
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
