package im.relay.kafka;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Records on their way to a producer, from a thread of their own, which the producer may block. One that finds the queue
 * full is dropped. Safe from any thread; no call blocks but {@link #close}.
 */
final class SendQueue implements AutoCloseable {
    private static final int RECORDS = 8_192;
    private static final long BYTES = 16L << 20;

    private record Waiting(ProducerRecord<byte[], byte[]> record, long bytes, CompletableFuture<Void> sent) {}

    private final Supplier<Producer<byte[], byte[]>> factory;
    private final Consumer<String> outcomes;
    private final ArrayBlockingQueue<Waiting> queue = new ArrayBlockingQueue<>(RECORDS);
    private final AtomicLong bytes = new AtomicLong();
    private final Thread thread;
    private volatile boolean isClosed;

    /** @param outcomes told what becomes of each record: sent, failed, queue_full or closed */
    SendQueue(String thread, Supplier<Producer<byte[], byte[]>> factory, Consumer<String> outcomes) {
        this.factory = factory;
        this.outcomes = outcomes;
        this.thread = Threads.of(thread, this::run);
    }

    void start() {
        thread.start();
    }

    /**
     * @param size bytes of the record
     * @return completes when the broker has it; exceptionally, in bounded time, when it has not or nobody knows
     */
    CompletionStage<Void> add(ProducerRecord<byte[], byte[]> record, int size) {
        Waiting waiting = new Waiting(record, size, new CompletableFuture<>());
        if (isClosed || bytes.addAndGet(size) > BYTES || !queue.offer(waiting)) {
            if (!isClosed) {
                bytes.addAndGet(-size);
            }
            outcomes.accept(isClosed ? "closed" : "queue_full");
            return CompletableFuture.failedFuture(new IllegalStateException(thread.getName() + " takes no more"));
        }
        return waiting.sent;
    }

    private void run() {
        Producer<byte[], byte[]> producer = null;
        while (!isClosed || !queue.isEmpty()) {
            Waiting waiting = next();
            try {
                if (waiting != null) {
                    producer = producer == null ? factory.get() : producer;
                    send(producer, waiting);
                }
            } catch (KafkaException e) {
                ended(waiting, e);
                Threads.pause(1_000);
            }
        }
        if (producer != null) {
            producer.close(Duration.ofSeconds(1));
        }
    }

    private @Nullable Waiting next() {
        try {
            return queue.poll(100, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            // Only close() does that: what is left is sent or fails.
            return queue.poll();
        }
    }

    private void send(Producer<byte[], byte[]> producer, Waiting waiting) {
        try {
            producer.send(waiting.record, (metadata, failure) -> ended(waiting, failure));
        } catch (RuntimeException e) {
            ended(waiting, e);
        }
    }

    private void ended(Waiting waiting, @Nullable Exception failure) {
        bytes.addAndGet(-waiting.bytes);
        if (failure == null) {
            outcomes.accept("sent");
            waiting.sent.complete(null);
        } else {
            outcomes.accept("failed");
            waiting.sent.completeExceptionally(failure);
        }
    }

    @Override
    public void close() {
        isClosed = true;
        thread.interrupt();
        Threads.join(thread, 5_000);
    }
}
