package im.relay.kafka;

import im.relay.LogExtent.Epoch;
import im.relay.LogPosition;
import im.relay.LogReader.Assignments;
import im.relay.kafka.HeldPartitions.Held;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How partitions come and go. One that comes is told of when the log's epochs have been read again and its tail has been
 * checked against what the group had processed; one that goes, as long as its owner needs to finish, within a bound. The
 * poll thread's, except {@link #mended}.
 */
final class Handover implements ConsumerRebalanceListener {
    private static final Logger LOG = LoggerFactory.getLogger(Handover.class);
    private static final long AGAIN_MS = 1_000;
    private static final long LOOK_MS = 2;

    private final KafkaConfig config;
    private final Identity identity;
    private final Offsets offsets;
    private final HeldPartitions held;
    private final Consumer<org.apache.kafka.clients.consumer.Consumer<byte[], byte[]>> commit;
    private final Consumer<Runnable> later;
    private final ReadMeters meters;
    private final TailCheck tails;
    private final Map<Integer, CompletableFuture<Void>> mending = new ConcurrentHashMap<>();
    private org.apache.kafka.clients.consumer.@Nullable Consumer<byte[], byte[]> member;
    private @Nullable Assignments listener;

    /**
     * @param commit what is to be committed is committed, at once
     * @param later run something on the poll thread
     */
    Handover(
            KafkaConfig config,
            Identity identity,
            Offsets offsets,
            HeldPartitions held,
            Consumer<org.apache.kafka.clients.consumer.Consumer<byte[], byte[]>> commit,
            Consumer<Runnable> later,
            ReadMeters meters) {
        this.config = config;
        this.identity = identity;
        this.offsets = offsets;
        this.held = held;
        this.commit = commit;
        this.later = later;
        this.meters = meters;
        tails = new TailCheck(config);
    }

    void tell(Assignments assignments) {
        listener = assignments;
    }

    /** The consumer that partitions come and go with. */
    void of(org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> present) {
        member = present;
    }

    /** Any thread: when the epochs of a partition are what they must be, as far as it is known here. */
    CompletableFuture<Void> mended(int partition) {
        return mending.getOrDefault(partition, CompletableFuture.completedFuture(null));
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        List<Held> fresh = new ArrayList<>();
        for (TopicPartition partition : partitions) {
            Held one = new Held(
                    new PartitionFeed(partition.partition(), config.timeouts().request()));
            park(partition);
            one.isPaused = true;
            held.add(partition.partition(), one);
            fresh.add(one);
        }
        check(fresh);
    }

    /** Nothing is fetched until a read says from where; an offset that is given is none to be looked for. */
    private void park(TopicPartition partition) {
        var consumer = member;
        if (consumer != null) {
            consumer.seek(partition, 0);
            consumer.pause(List.of(partition));
        }
    }

    private void check(List<Held> fresh) {
        List<Held> still = fresh.stream().filter(this::isHeld).toList();
        if (still.isEmpty()) {
            return;
        }
        identity.refresh()
                .thenCompose(epochs -> offsets.committed())
                .thenCompose(committed -> checkTails(still, committed))
                .whenComplete((done, failure) -> later.accept(() -> {
                    if (failure == null) {
                        still.forEach(this::assigned);
                    } else {
                        LOG.atWarn().addKeyValue("why", failure.toString()).log("partitions cannot be begun yet");
                        CompletableFuture.delayedExecutor(AGAIN_MS, TimeUnit.MILLISECONDS)
                                .execute(() -> later.accept(() -> check(still)));
                    }
                }));
    }

    private boolean isHeld(Held one) {
        return held.get(one.feed.partition) == one;
    }

    private CompletionStage<Void> checkTails(List<Held> fresh, Map<Integer, OffsetAndMetadata> committed) {
        Map<Integer, OffsetAndMetadata> ours = new HashMap<>();
        String topicId = identity.epochs().topicId().toString();
        for (Held one : fresh) {
            OffsetAndMetadata offset = committed.get(one.feed.partition);
            if (offset != null && offset.metadata().equals(topicId)) {
                ours.put(one.feed.partition, offset);
            }
        }
        return identity.run(() -> tails.find(ours)).thenCompose(lost -> raiseAll(lost, ours));
    }

    private CompletableFuture<Void> raiseAll(Map<Integer, Long> lost, Map<Integer, OffsetAndMetadata> processed) {
        List<CompletableFuture<Epochs>> raised = new ArrayList<>();
        lost.forEach((partition, diverged) -> {
            OffsetAndMetadata offset = processed.get(partition);
            raised.add(raise(partition, diverged, offset == null ? diverged : offset.offset()));
        });
        return CompletableFuture.allOf(raised.toArray(CompletableFuture[]::new));
    }

    /** An epoch that begins where the log took another course, unless one begins there already. */
    private CompletableFuture<Epochs> raise(int partition, long diverged, long next) {
        Epoch current = identity.epochs().current(partition);
        if (current.firstOffset() >= diverged && current.number() > 1) {
            return CompletableFuture.completedFuture(identity.epochs());
        }
        long seen = LogPosition.endOf(current.number(), Math.max(0, next - 1));
        return identity.raise(partition, current.number(), () -> diverged, seen);
    }

    private void assigned(Held one) {
        Assignments told = listener;
        if (told != null && isHeld(one) && !one.isTold) {
            one.isTold = true;
            meters.assigned.increment();
            guarded(() -> told.assigned(one.feed.partition));
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
            if (one.isTold) {
                meters.revoked.increment();
                finished.add(revoked(one.feed.partition));
            }
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
        Held one = held.get(partition);
        held.remove(partition);
        if (one != null && one.isTold) {
            untell(one);
        }
    }

    private void untell(Held one) {
        Assignments told = listener;
        one.isTold = false;
        meters.lost.increment();
        if (told != null) {
            guarded(() -> told.lost(one.feed.partition));
        }
    }

    /** Nothing that was known holds any more: every partition is lost, and comes anew. */
    void startOver() {
        List<Held> all = List.copyOf(held.all());
        for (Held one : all) {
            if (one.isTold) {
                untell(one);
            }
            misplaced(one.feed.partition, new IllegalStateException("the log was made anew"));
        }
        check(all);
    }

    /** The brokers do not have what was to be read. */
    void misplaced(InvalidOffsetException why) {
        LOG.atWarn().addKeyValue("why", why.toString()).log("not where the log is");
        if (why instanceof OffsetOutOfRangeException range) {
            range.offsetOutOfRangePartitions().forEach((partition, at) -> mend(partition.partition(), at));
        }
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

    /** Where reading got to by reading, the log had records once: if it took another course, that is an epoch. */
    private void mend(int partition, long next) {
        PartitionFeed feed = held.feed(partition);
        Optional<Integer> leaderEpoch = feed == null ? Optional.empty() : feed.leaderEpochBefore(next);
        if (leaderEpoch.isEmpty()) {
            return;
        }
        CompletableFuture<Void> mended = new CompletableFuture<>();
        mending.put(partition, mended);
        OffsetAndMetadata read = new OffsetAndMetadata(next, leaderEpoch, "");
        identity.run(() -> tails.find(Map.of(partition, read)))
                .thenCompose(lost -> raiseAll(lost, Map.of(partition, read)))
                .whenComplete((done, failure) -> {
                    mending.remove(partition, mended);
                    if (failure == null) {
                        mended.complete(null);
                    } else {
                        mended.completeExceptionally(failure);
                    }
                });
    }

    private static void guarded(Runnable told) {
        try {
            told.run();
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("owner failed");
        }
    }
}
