package im.relay.kafka;

import im.protocol.v1.PushRecord;
import im.relay.PushSender;
import im.router.NodeId;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Puts pushes into the partition that is the node's slot. One that nobody took in time is dropped: pushes are hints. */
final class KafkaPushSender implements PushSender, AutoCloseable {
    private final String topic;
    private final int partitions;
    private final PushMeters meters;
    private final SendQueue queue;

    KafkaPushSender(TopicSettings topics, Supplier<Producer<byte[], byte[]>> factory, PushMeters meters) {
        topic = topics.push();
        partitions = topics.pushPartitions();
        this.meters = meters;
        this.queue = new SendQueue("im-push-send", factory, meters::sent);
    }

    void start() {
        queue.start();
    }

    @Override
    public CompletionStage<Void> send(NodeId node, PushRecord record) {
        int size = record.getSerializedSize();
        if (node.slot() >= partitions || size > MAX_RECORD_BYTES) {
            meters.sent("refused");
            return CompletableFuture.failedFuture(new IllegalArgumentException(
                    "no push: slot " + node.slot() + " of " + partitions + ", " + size + " bytes"));
        }
        return queue.add(new ProducerRecord<>(topic, node.slot(), null, record.toByteArray()), size);
    }

    @Override
    public void close() {
        queue.close();
    }
}
