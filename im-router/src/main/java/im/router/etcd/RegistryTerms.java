package im.router.etcd;

import im.router.SlotRange;
import java.time.Clock;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * What nodes of one cluster agree on, and the clocks.
 *
 * @param lease how long a node counts as alive without a word of it; whole seconds, 2 s to 10 min; asked for at a third
 * @param gateways how many of them there may be at a time, 1 to {@link SlotRange#MAX_GATEWAYS}
 * @param clock for incarnations
 * @param nanos monotonic, as {@link System#nanoTime}; by it a process sees that it slept past its lease
 */
public record RegistryTerms(Duration lease, int gateways, Clock clock, LongSupplier nanos) {

    /** @throws IllegalArgumentException naming what is wrong and what was expected */
    public RegistryTerms {
        if (lease.toSeconds() < 2 || lease.toMinutes() > 10 || lease.toNanosPart() != 0) {
            throw new IllegalArgumentException("lease: " + lease + ", expected whole seconds, 2 s to 10 min");
        }
        if (gateways < 1 || gateways > SlotRange.MAX_GATEWAYS) {
            throw new IllegalArgumentException("gateways: " + gateways + ", expected 1 to " + SlotRange.MAX_GATEWAYS);
        }
    }

    public static RegistryTerms of(Duration lease, int gateways) {
        return new RegistryTerms(lease, gateways, Clock.systemUTC(), System::nanoTime);
    }

    Duration renewal() {
        return lease.dividedBy(3);
    }
}
