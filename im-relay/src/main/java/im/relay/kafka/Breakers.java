package im.relay.kafka;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One breaker a partition, and the probe that makes them half open. {@link #tick} is the append thread's. */
final class Breakers {
    /** Asks the broker which partitions could take a record, and tells them to {@link #probed}. Must not block. */
    interface Probe {
        void ask(Breakers breakers);
    }

    private static final long PROBE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final String topic;
    private final Breaker[] partitions;
    private final Probe probe;
    private final LongSupplier nanos;
    private volatile long acknowledgedNanos;
    private long probedNanos;

    Breakers(String topic, int count, long stallNanos, Probe probe, LongSupplier nanos) {
        this.topic = topic;
        this.probe = probe;
        this.nanos = nanos;
        partitions = new Breaker[count];
        for (int p = 0; p < count; p++) {
            partitions[p] = new Breaker(stallNanos, nanos);
        }
        acknowledgedNanos = nanos.getAsLong();
    }

    Breaker of(int partition) {
        return partitions[partition];
    }

    /** A broker has acknowledged a record, of whichever partition. */
    void acknowledged() {
        acknowledgedNanos = nanos.getAsLong();
    }

    /** The partition could take a record, as far as the broker says. */
    void probed(int partition) {
        if (partition < partitions.length) {
            partitions[partition].probed();
        }
    }

    void tick() {
        boolean wanted = false;
        for (Breaker breaker : partitions) {
            breaker.watch();
            wanted |= breaker.wantsProbe();
        }
        long now = nanos.getAsLong();
        if (wanted && now - probedNanos > PROBE_NANOS) {
            probedNanos = now;
            probe.ask(this);
        }
    }

    int open() {
        int open = 0;
        for (Breaker breaker : partitions) {
            if (breaker.isOpen()) {
                open++;
            }
        }
        return open;
    }

    /** Why the log as a whole takes nothing: null while any partition was acknowledged since the first of them opened. */
    @Nullable String failure() {
        long acknowledged = acknowledgedNanos;
        for (Breaker breaker : partitions) {
            if (breaker.isOpen() && breaker.openedNanos() - acknowledged > 0) {
                return "no broker acknowledges records of " + topic;
            }
        }
        return null;
    }
}
