package im.relay.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import im.protocol.v1.PushRecord;
import im.relay.PushReceiver;
import im.router.NodeId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the partition that is the node's slot, from its end on, on a thread of its own. What is for another incarnation is
 * counted and dropped; a consumer that has lost its place goes to the end and says so.
 */
final class KafkaPushReceiver implements PushReceiver {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaPushReceiver.class);
    private static final int FORMAT = 1;
    private static final Duration POLL = Duration.ofMillis(200);
    private static final long AGAIN_MS = 500;

    /** @param heard completes when it is followed */
    private record Wanted(NodeId node, CompletableFuture<Void> heard) {}

    private final KafkaConfig config;
    private final Listener listener;
    private final PushMeters meters;
    private final AtomicReference<@Nullable Wanted> wanted = new AtomicReference<>();
    private final Thread thread = Threads.of("im-push-receive", this::run);
    private volatile @Nullable Consumer<byte[], byte[]> consumer;
    private volatile boolean isClosed;
    private volatile @Nullable String trouble;
    /** Whom records are for; the receiver's thread. */
    private @Nullable NodeId followed;

    KafkaPushReceiver(KafkaConfig config, Listener listener, PushMeters meters) {
        this.config = config;
        this.listener = listener;
        this.meters = meters;
    }

    void start() {
        thread.start();
    }

    @Override
    public CompletionStage<Void> follow(NodeId node) {
        if (node.slot() >= config.topics().pushPartitions()) {
            return CompletableFuture.failedFuture(new IllegalArgumentException("slot " + node.slot() + ", and "
                    + config.topics().push() + " is to have "
                    + config.topics().pushPartitions() + " partitions"));
        }
        Wanted fresh = new Wanted(node, new CompletableFuture<>());
        Wanted before = wanted.getAndSet(fresh);
        if (before != null) {
            before.heard.completeExceptionally(new CancellationException("another node is followed"));
        }
        if (isClosed) {
            fresh.heard.completeExceptionally(new CancellationException("the receiver is closed"));
        }
        Consumer<byte[], byte[]> reading = consumer;
        if (reading != null) {
            reading.wakeup();
        }
        return fresh.heard;
    }

    @Override
    public @Nullable String failure() {
        return trouble;
    }

    private void run() {
        while (!isClosed) {
            try (KafkaConsumer<byte[], byte[]> fresh =
                    new KafkaConsumer<>(new ClientSettings(config).consumer("push-receive"))) {
                consumer = fresh;
                NodeId known = followed;
                if (known != null) {
                    moveToEnd(fresh, known);
                    resync("another consumer");
                }
                read(fresh);
            } catch (WakeupException e) {
                LOG.atTrace().log("woken");
            } catch (RuntimeException e) {
                trouble = "the push bus cannot be read: " + e.getMessage();
                LOG.atWarn().addKeyValue("why", e.toString()).log("push bus cannot be read");
                Threads.pause(AGAIN_MS);
            }
            consumer = null;
        }
    }

    private void read(Consumer<byte[], byte[]> reading) {
        while (!isClosed) {
            try {
                move(reading);
                if (followed == null) {
                    Threads.pause(20);
                    continue;
                }
                for (ConsumerRecord<byte[], byte[]> entry : reading.poll(POLL)) {
                    meters.delayed(System.currentTimeMillis() - entry.timestamp());
                    received(entry.value());
                }
            } catch (InvalidOffsetException e) {
                NodeId known = followed;
                if (known != null) {
                    moveToEnd(reading, known);
                    resync(String.valueOf(e.getMessage()));
                }
            } catch (WakeupException e) {
                LOG.atTrace().log("woken");
            }
        }
    }

    private void move(Consumer<byte[], byte[]> reading) {
        Wanted next = wanted.get();
        if (next == null || next.heard.isDone()) {
            return;
        }
        followed = next.node;
        moveToEnd(reading, next.node);
        next.heard.complete(null);
    }

    private void moveToEnd(Consumer<byte[], byte[]> reading, NodeId node) {
        TopicPartition partition = new TopicPartition(config.topics().push(), node.slot());
        reading.assign(List.of(partition));
        long end = reading.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
        reading.seek(partition, end);
        trouble = null;
    }

    private void resync(String why) {
        meters.resyncs.increment();
        LOG.atWarn().addKeyValue("why", why).log("pushes may have been missed");
        guarded(() -> listener.resync(why));
    }

    private void received(byte @Nullable [] value) {
        NodeId known = followed;
        try {
            PushRecord record = PushRecord.parseFrom(value == null ? new byte[0] : value);
            if (record.getFormat() != FORMAT) {
                meters.received("foreign_format");
            } else if (known == null || record.getIncarnation() != known.incarnation()) {
                meters.received("other_incarnation");
            } else {
                meters.received("delivered");
                guarded(() -> listener.pushed(record.getPushesList()));
            }
        } catch (InvalidProtocolBufferException e) {
            meters.received("undecodable");
        }
    }

    private static void guarded(Runnable told) {
        try {
            told.run();
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("pushes could not be handed on");
        }
    }

    @Override
    public void close() {
        isClosed = true;
        Wanted last = wanted.get();
        if (last != null) {
            last.heard.completeExceptionally(new CancellationException("the receiver is closed"));
        }
        Consumer<byte[], byte[]> reading = consumer;
        if (reading != null) {
            reading.wakeup();
        }
        Threads.join(thread, 5_000);
    }
}
