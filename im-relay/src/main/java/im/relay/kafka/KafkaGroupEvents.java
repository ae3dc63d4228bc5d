package im.relay.kafka;

import im.relay.GroupEffect;
import im.relay.GroupEvents;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What became of groups in im-groups-N, in the partition of the log that the groups are in. Written by one thread, which
 * the producer may block; read by a few others, each with a consumer of its own, from the topic's beginning to the end that
 * it has then.
 */
final class KafkaGroupEvents implements GroupEvents, AutoCloseable {
    /** Writes that wait; each partition of a relay has one at a time. */
    private static final int WAITING = 4_096;
    /** Events at the end among which the newest is looked for: what comes late is a repeat, of one batch at most. */
    private static final int LATELY = 2_048;
    /** Loads at a time. */
    private static final int LOADERS = 4;

    private static final Duration POLL = Duration.ofMillis(100);

    private final KafkaConfig config;
    private final ClientSettings settings;
    private final ProducerSlot producers;
    private final ThreadPoolExecutor writer = pool(1, "im-groups-write");
    private final ThreadPoolExecutor loaders = pool(LOADERS, "im-groups-load");
    private final ThreadPoolExecutor ends = pool(2, "im-groups-end");
    private volatile boolean isClosed;

    /** @param factory of producers as for messages */
    KafkaGroupEvents(
            KafkaConfig config,
            ClientSettings settings,
            Supplier<Producer<byte[], byte[]>> factory,
            Runnable replaced) {
        this.config = config;
        this.settings = settings;
        this.producers = new ProducerSlot(factory, System::nanoTime, replaced);
    }

    private static ThreadPoolExecutor pool(int threads, String name) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads, threads, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING), Threads.named(name));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    @Override
    public CompletionStage<Void> write(int partition, List<GroupEffect> effects) {
        CompletableFuture<Void> written = new CompletableFuture<>();
        try {
            writer.execute(() -> write(partition, effects, written));
        } catch (RejectedExecutionException e) {
            written.completeExceptionally(e);
        }
        return written;
    }

    private void write(int partition, List<GroupEffect> effects, CompletableFuture<Void> written) {
        try {
            List<GroupEventCodec.Encoded> records = new ArrayList<>();
            effects.forEach(effect -> records.addAll(GroupEventCodec.encode(effect)));
            AtomicInteger left = new AtomicInteger(records.size());
            for (GroupEventCodec.Encoded record : records) {
                producers.send(
                        new ProducerRecord<>(config.topics().groups(), partition, record.key(), record.value()),
                        (metadata, failure) -> {
                            if (failure != null) {
                                failed(failure, written);
                            } else if (left.decrementAndGet() == 0) {
                                written.complete(null);
                            }
                        });
            }
        } catch (RuntimeException e) {
            failed(e, written);
        }
    }

    /** Another producer begins where this one may have lost its place; what is written again is written as before. */
    private void failed(Exception failure, CompletableFuture<Void> written) {
        if (!(failure instanceof org.apache.kafka.common.errors.RetriableException)) {
            producers.spoil(failure.toString());
        }
        written.completeExceptionally(failure);
    }

    @Override
    public CompletionStage<List<GroupEffect>> load(int partition, long upTo, Progress told) {
        CompletableFuture<List<GroupEffect>> loaded = new CompletableFuture<>();
        return begin(loaders, loaded, () -> {
            LoadedGroups groups = new LoadedGroups(upTo);
            read(partition, Long.MAX_VALUE, told, loaded::isDone, groups::read);
            return groups.effects();
        });
    }

    @Override
    public CompletionStage<Long> newest(int partition) {
        CompletableFuture<Long> found = new CompletableFuture<>();
        return begin(ends, found, () -> {
            AtomicLong newest = new AtomicLong();
            read(partition, LATELY, (records, of) -> {}, found::isDone, (key, value, offset) -> {
                GroupEventCodec.Key parsed = GroupEventCodec.Key.parse(key);
                newest.accumulateAndGet(parsed == null ? 0 : parsed.position(), Math::max);
            });
            return newest.get();
        });
    }

    private static <T> CompletionStage<T> begin(Executor on, CompletableFuture<T> wanted, Supplier<T> reading) {
        try {
            return wanted.completeAsync(reading, on);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private interface Event {
        void read(byte @Nullable [] key, byte @Nullable [] value, long offset);
    }

    /**
     * Blocks while events come, and fails when none do for twice the time of a request.
     *
     * @param last so many at the topic's end, or all
     * @param isOver whether nobody waits any more
     */
    private void read(int partition, long last, Progress told, BooleanSupplier isOver, Event event) {
        TopicPartition name = new TopicPartition(config.topics().groups(), partition);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings.consumer("groups"))) {
            consumer.assign(List.of(name));
            long end = bound(consumer.endOffsets(List.of(name)).get(name));
            long begin = Math.max(bound(consumer.beginningOffsets(List.of(name)).get(name)), end - last);
            consumer.seek(name, begin);
            long patience = 2 * config.timeouts().request().toNanos();
            long movedNanos = System.nanoTime();
            long at = begin;
            while (at < end && !isOver.getAsBoolean()) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    event.read(record.key(), record.value(), record.offset());
                }
                long now = consumer.position(name);
                if (now > at) {
                    at = now;
                    movedNanos = System.nanoTime();
                    told.read(at - begin, end - begin);
                } else if (isClosed || System.nanoTime() - movedNanos > patience) {
                    throw new org.apache.kafka.common.errors.TimeoutException(
                            "topic " + name + " could not be read to its end");
                }
            }
        }
    }

    private static long bound(@Nullable Long offset) {
        if (offset == null) {
            throw new KafkaException("no offset was told");
        }
        return offset;
    }

    /** Waits a little for what is being written. */
    @Override
    public void close() {
        isClosed = true;
        writer.shutdown();
        loaders.shutdownNow();
        ends.shutdownNow();
        try {
            var unused = writer.awaitTermination(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        producers.close(Duration.ofSeconds(1));
    }
}
