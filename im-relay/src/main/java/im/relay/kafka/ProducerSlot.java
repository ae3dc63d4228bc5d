package im.relay.kafka;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The producer there is, and another one when it has become unusable: at most one a second. What an unusable one still
 * holds ends with it, its outcome not known. {@link #spoil} is safe from any thread, all else is the append thread's.
 */
final class ProducerSlot {
    private static final Logger LOG = LoggerFactory.getLogger(ProducerSlot.class);
    private static final long APART_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Supplier<Producer<byte[], byte[]>> factory;
    private final LongSupplier nanos;
    private final Runnable replaced;
    private @Nullable Producer<byte[], byte[]> current;
    private long madeNanos;
    private volatile @Nullable String spoilt;

    ProducerSlot(Supplier<Producer<byte[], byte[]>> factory, LongSupplier nanos, Runnable replaced) {
        this.factory = factory;
        this.nanos = nanos;
        this.replaced = replaced;
    }

    /** The present one is of no use any more. */
    void spoil(String why) {
        spoilt = why;
    }

    /**
     * May block as the producer does.
     *
     * @throws RuntimeException when there is no producer, or it did not take the record
     */
    void send(ProducerRecord<byte[], byte[]> record, Callback callback) {
        mend();
        Producer<byte[], byte[]> producer = current;
        if (producer == null) {
            throw new TimeoutException("no producer");
        }
        producer.send(record, callback);
    }

    /** Makes one where there is none, or the one that there was is spoilt. */
    void mend() {
        String why = spoilt;
        if (current != null && why == null) {
            return;
        }
        long now = nanos.getAsLong();
        if (current != null || madeNanos != 0) {
            if (now - madeNanos < APART_NANOS) {
                return;
            }
            replaced.run();
            LOG.atWarn().addKeyValue("why", why).log("producer replaced");
        }
        madeNanos = now;
        drop();
        try {
            current = factory.get();
            spoilt = null;
        } catch (KafkaException e) {
            LOG.atError().addKeyValue("why", e.toString()).log("no producer can be made");
        }
    }

    private void drop() {
        Producer<byte[], byte[]> old = current;
        current = null;
        if (old != null) {
            Threads.of("im-log-drop", () -> old.close(Duration.ZERO)).start();
        }
    }

    /** Waits for what is under way, up to a time; what is left then ends with its outcome not known. */
    void close(Duration wait) {
        Producer<byte[], byte[]> producer = current;
        current = null;
        if (producer != null) {
            producer.close(wait);
        }
    }
}
