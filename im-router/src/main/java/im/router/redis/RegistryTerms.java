package im.router.redis;

import im.router.SlotRange;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * What nodes of one cluster agree on, and the clock.
 *
 * @param lease how long a node counts as alive without a word of it, 1 s to 10 min; renewed at a third
 * @param gateways how many of them there may be at a time, 1 to {@link SlotRange#MAX_GATEWAYS}
 * @param nanos monotonic, as {@link System#nanoTime}; by it a process sees that it slept past its lease. Incarnations
 *     and the ends of leases are by the server's clock
 */
public record RegistryTerms(Duration lease, int gateways, LongSupplier nanos) {

    /** @throws IllegalArgumentException naming what is wrong and what was expected */
    public RegistryTerms {
        if (lease.toSeconds() < 1 || lease.toMinutes() > 10) {
            throw new IllegalArgumentException("lease: " + lease + ", expected 1 s to 10 min");
        }
        if (gateways < 1 || gateways > SlotRange.MAX_GATEWAYS) {
            throw new IllegalArgumentException("gateways: " + gateways + ", expected 1 to " + SlotRange.MAX_GATEWAYS);
        }
    }

    public static RegistryTerms of(Duration lease, int gateways) {
        return new RegistryTerms(lease, gateways, System::nanoTime);
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
