package im.relay.kafka;

import im.protocol.v1.PushRecord;
import im.relay.PushSender;
import im.router.NodeId;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Puts pushes into the partition that is the node's slot, from a thread of its own, which the producer may block. One that
 * finds the queue full is dropped, as is one that nobody took in time: pushes are hints.
 */
final class KafkaPushSender implements PushSender, AutoCloseable {
    private static final int QUEUE_RECORDS = 8_192;
    private static final long QUEUE_BYTES = 16L << 20;

    private record Waiting(int slot, PushRecord record, long bytes, CompletableFuture<Void> sent) {}

    private final String topic;
    private final int partitions;
    private final Supplier<Producer<byte[], byte[]>> factory;
    private final PushMeters meters;
    private final ArrayBlockingQueue<Waiting> queue = new ArrayBlockingQueue<>(QUEUE_RECORDS);
    private final AtomicLong bytes = new AtomicLong();
    private final Thread thread = Threads.of("im-push-send", this::run);
    private volatile boolean isClosed;

    KafkaPushSender(TopicSettings topics, Supplier<Producer<byte[], byte[]>> factory, PushMeters meters) {
        topic = topics.push();
        partitions = topics.pushPartitions();
        this.factory = factory;
        this.meters = meters;
    }

    void start() {
        thread.start();
    }

    @Override
    public CompletionStage<Void> send(NodeId node, PushRecord record) {
        int size = record.getSerializedSize();
        if (node.slot() >= partitions || size > MAX_RECORD_BYTES) {
            meters.sent("refused");
            return CompletableFuture.failedFuture(new IllegalArgumentException(
                    "no push: slot " + node.slot() + " of " + partitions + ", " + size + " bytes"));
        }
        Waiting waiting = new Waiting(node.slot(), record, size, new CompletableFuture<>());
        if (isClosed || bytes.addAndGet(size) > QUEUE_BYTES || !queue.offer(waiting)) {
            if (!isClosed) {
                bytes.addAndGet(-size);
            }
            meters.sent(isClosed ? "closed" : "queue_full");
            return CompletableFuture.failedFuture(new IllegalStateException("the push bus takes no more"));
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
            producer.send(
                    new ProducerRecord<>(topic, waiting.slot, null, waiting.record.toByteArray()),
                    (metadata, failure) -> ended(waiting, failure));
        } catch (RuntimeException e) {
            ended(waiting, e);
        }
    }

    private void ended(Waiting waiting, @Nullable Exception failure) {
        bytes.addAndGet(-waiting.bytes);
        if (failure == null) {
            meters.sent("sent");
            waiting.sent.complete(null);
        } else {
            meters.sent("failed");
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
