package im.relay.kafka;

import com.google.protobuf.UnsafeByteOperations;
import im.protocol.v1.OfflineRecord;
import im.relay.OfflineFeed;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The topic im-offline-N. What is of one uid, or of one group, stands in one partition, in the order of its coming. */
final class KafkaOfflineFeed implements OfflineFeed, AutoCloseable {
    private static final int FORMAT = 1;

    private final String topic;
    private final boolean groupsToo;
    private final SendQueue queue;

    /** @param groupsToo whether messages of groups are told of */
    KafkaOfflineFeed(
            String topic, boolean groupsToo, Supplier<Producer<byte[], byte[]>> factory, MeterRegistry registry) {
        this.topic = topic;
        this.groupsToo = groupsToo;
        this.queue = new SendQueue(
                "im-offline-send",
                factory,
                outcome ->
                        registry.counter("im.relay.offline", "outcome", outcome).increment());
    }

    void start() {
        queue.start();
    }

    @Override
    public void missed(String uid, byte[] placed) {
        add(uid, OfflineRecord.newBuilder().setUid(uid), placed);
    }

    @Override
    public void ofGroup(String group, byte[] placed) {
        if (groupsToo) {
            add(group, OfflineRecord.newBuilder().setGroup(group), placed);
        }
    }

    private void add(String key, OfflineRecord.Builder record, byte[] placed) {
        byte[] value = record.setFormat(FORMAT)
                .setPlaced(UnsafeByteOperations.unsafeWrap(placed))
                .build()
                .toByteArray();
        var unused =
                queue.add(new ProducerRecord<>(topic, key.getBytes(StandardCharsets.US_ASCII), value), value.length);
    }

    @Override
    public void close() {
        queue.close();
    }
}
