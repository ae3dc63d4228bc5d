package im.relay.kafka;

import im.relay.LogReader.Assignments;
import im.relay.kafka.HeldPartitions.Held;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How partitions come and go. One that goes is kept for as long as its owner needs to finish, within a bound. The poll
 * thread's.
 */
final class Handover implements ConsumerRebalanceListener {
    private static final Logger LOG = LoggerFactory.getLogger(Handover.class);
    private static final long LOOK_MS = 2;

    private final KafkaConfig config;
    private final HeldPartitions held;
    private final Consumer<org.apache.kafka.clients.consumer.Consumer<byte[], byte[]>> commit;
    private final ReadMeters meters;
    private org.apache.kafka.clients.consumer.@Nullable Consumer<byte[], byte[]> member;
    private @Nullable Assignments listener;

    /** @param commit what is to be committed is committed, at once */
    Handover(
            KafkaConfig config,
            HeldPartitions held,
            Consumer<org.apache.kafka.clients.consumer.Consumer<byte[], byte[]>> commit,
            ReadMeters meters) {
        this.config = config;
        this.held = held;
        this.commit = commit;
        this.meters = meters;
    }

    void tell(Assignments assignments) {
        listener = assignments;
    }

    /** The consumer that partitions come and go with. */
    void of(org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> present) {
        member = present;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        for (TopicPartition partition : partitions) {
            park(partition);
            // The log has no others: see TopicWatch.
            if (partition.partition() < config.topics().partitions()) {
                Held one = new Held(new PartitionFeed(
                        partition.partition(), config.timeouts().request()));
                one.isPaused = true;
                held.add(partition.partition(), one);
                assigned(partition.partition());
            }
        }
    }

    /** Nothing is fetched until a read says from where; an offset that is given is none to be looked for. */
    private void park(TopicPartition partition) {
        var consumer = member;
        if (consumer != null) {
            consumer.seek(partition, 0);
            consumer.pause(List.of(partition));
        }
    }

    private void assigned(int partition) {
        Assignments told = listener;
        if (told != null) {
            meters.assigned.increment();
            guarded(() -> told.assigned(partition));
        }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        List<Held> leaving = new ArrayList<>();
        partitions.forEach(partition -> {
            Held one = held.get(partition.partition());
            if (one != null) {
                leaving.add(one);
            }
        });
        leave(leaving);
    }

    /** At the end. */
    void leaveAll() {
        leave(List.copyOf(held.all()));
    }

    private void leave(List<Held> leaving) {
        List<CompletableFuture<Void>> finished = new ArrayList<>();
        for (Held one : leaving) {
            one.feed.leave();
            meters.revoked.increment();
            finished.add(revoked(one.feed.partition));
        }
        CompletableFuture<Void> all = CompletableFuture.allOf(finished.toArray(CompletableFuture[]::new));
        long end = System.nanoTime() + config.timeouts().revoke().toNanos();
        while (!all.isDone()
                && System.nanoTime() < end
                && !Thread.currentThread().isInterrupted()) {
            commitNow();
            Threads.pause(LOOK_MS);
        }
        if (!all.isDone()) {
            LOG.atWarn().addKeyValue("partitions", leaving.size()).log("given away before their owner had finished");
        }
        commitNow();
        leaving.forEach(one -> held.remove(one.feed.partition));
    }

    private void commitNow() {
        var consumer = member;
        if (consumer != null) {
            commit.accept(consumer);
        }
    }

    private CompletableFuture<Void> revoked(int partition) {
        Assignments told = listener;
        try {
            return told == null
                    ? CompletableFuture.completedFuture(null)
                    : told.revoked(partition).toCompletableFuture();
        } catch (RuntimeException e) {
            LOG.atError().addKeyValue("partition", partition).setCause(e).log("owner failed");
            return CompletableFuture.completedFuture(null);
        }
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
        partitions.forEach(partition -> lost(partition.partition()));
    }

    /** The consumer is of no use any more. */
    void lostAll() {
        List.copyOf(held.all()).forEach(one -> lost(one.feed.partition));
    }

    private void lost(int partition) {
        if (held.remove(partition)) {
            Assignments told = listener;
            meters.lost.increment();
            if (told != null) {
                guarded(() -> told.lost(partition));
            }
        }
    }

    /** The topic was made anew: nothing that was known holds any more, and every partition comes anew. */
    void startOver() {
        List<TopicPartition> all = held.all().stream()
                .map(one -> new TopicPartition(config.topics().messages(), one.feed.partition))
                .toList();
        lostAll();
        onPartitionsAssigned(all);
    }

    /** The brokers do not have what was to be read, or another record there (D8): whoever reads must find its place anew. */
    void misplaced(InvalidOffsetException why) {
        LOG.atWarn().addKeyValue("why", why.toString()).log("not where the log is");
        why.partitions().forEach(partition -> misplaced(partition.partition(), why));
    }

    private void misplaced(int partition, RuntimeException why) {
        Held one = held.get(partition);
        if (one != null) {
            park(new TopicPartition(config.topics().messages(), partition));
            one.isPaused = true;
            one.feed.misplaced(why);
        }
    }

    private static void guarded(Runnable told) {
        try {
            told.run();
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("owner failed");
        }
    }
}
