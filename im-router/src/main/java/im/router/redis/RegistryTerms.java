package im.router.redis;

import im.router.NodeId;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * What nodes of one cluster agree on, and the clock.
 *
 * @param lease how long a node counts as alive without a word of it, 1 s to 10 min; renewed at a third
 * @param slots how many nodes there may be at a time, 1 to 65 536
 * @param nanos monotonic, as {@link System#nanoTime}; by it a process sees that it slept past its lease. Incarnations
 *     and the ends of leases are by the server's clock
 */
public record RegistryTerms(Duration lease, int slots, LongSupplier nanos) {

    /** @throws IllegalArgumentException naming what is wrong and what was expected */
    public RegistryTerms {
        if (lease.toSeconds() < 1 || lease.toMinutes() > 10) {
            throw new IllegalArgumentException("lease: " + lease + ", expected 1 s to 10 min");
        }
        if (slots < 1 || slots > NodeId.MAX_SLOTS) {
            throw new IllegalArgumentException("slots: " + slots + ", expected 1 to " + NodeId.MAX_SLOTS);
        }
    }

    public static RegistryTerms of(Duration lease, int slots) {
        return new RegistryTerms(lease, slots, System::nanoTime);
    }

    Duration renewal() {
        return lease.dividedBy(3);
    }

    /** Between two looks at who is there. */
    Duration poll() {
        Duration sixth = lease.dividedBy(6);
        return sixth.compareTo(Duration.ofSeconds(1)) < 0 ? sixth : Duration.ofSeconds(1);
    }
}
