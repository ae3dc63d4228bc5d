package im.router.etcd;

import java.time.Clock;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * What nodes of one cluster agree on, and the clocks.
 *
 * @param lease how long a node counts as alive without a word of it; whole seconds, 2 s to 10 min; asked for at a third
 * @param slots how many nodes there may be at a time, 1 to 65 536
 * @param clock for incarnations
 * @param nanos monotonic, as {@link System#nanoTime}; by it a process sees that it slept past its lease
 */
public record RegistryTerms(Duration lease, int slots, Clock clock, LongSupplier nanos) {

    /** @throws IllegalArgumentException naming what is wrong and what was expected */
    public RegistryTerms {
        if (lease.toSeconds() < 2 || lease.toMinutes() > 10 || lease.toNanosPart() != 0) {
            throw new IllegalArgumentException("lease: " + lease + ", expected whole seconds, 2 s to 10 min");
        }
        if (slots < 1 || slots > im.router.NodeId.MAX_SLOTS) {
            throw new IllegalArgumentException("slots: " + slots + ", expected 1 to " + im.router.NodeId.MAX_SLOTS);
        }
    }

    public static RegistryTerms of(Duration lease, int slots) {
        return new RegistryTerms(lease, slots, Clock.systemUTC(), System::nanoTime);
    }

    Duration renewal() {
        return lease.dividedBy(3);
    }
}
