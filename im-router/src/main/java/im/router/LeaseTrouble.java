package im.router;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What speaks against one node's lease, for the readiness page: in the same words whatever holds the leases. Asked on
 * any thread; told on the one that keeps the lease.
 */
public final class LeaseTrouble {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseTrouble.class);

    private final Duration lease;
    private final LongSupplier nanos;
    /** Until when nobody may take the slot, by this process's clock. */
    private volatile long grantedUntil;
    /** Why there is no lease, after the last try; null while there is one. */
    private volatile @Nullable String refusal;

    /** @param lease its length */
    public LeaseTrouble(Duration lease, LongSupplier nanos) {
        this.lease = lease;
        this.nanos = nanos;
    }

    /**
     * The lease was granted or renewed.
     *
     * @return until when
     */
    public long granted(long sentNanos) {
        grantedUntil = sentNanos + lease.toNanos();
        refusal = null;
        return grantedUntil;
    }

    /** Whether a lease that was granted has ended. */
    public boolean isOver() {
        return overNanos() >= 0;
    }

    private long overNanos() {
        return nanos.getAsLong() - grantedUntil;
    }

    /** No lease is to be had now; {@code first} when that ends the attempt to join, which tells why. */
    public void refused(String why, boolean first) {
        if (!first && !why.equals(refusal)) {
            LOG.atWarn().addKeyValue("why", why).log("this node finds no slot again yet");
        }
        refusal = why;
    }

    /**
     * While nobody answers a node keeps serving in its old name, which costs latency should it be the only one that is
     * not answered.
     *
     * @param servers what is wrong with them; null when they answer
     * @param held whether the node has a lease, as far as it knows
     * @return null when nothing is wrong
     */
    public @Nullable String says(@Nullable String servers, boolean held) {
        if (servers == null) {
            return refusal;
        }
        long over = overNanos();
        return !held || over <= 0
                ? servers
                : servers + "; no lease renewal for "
                        + lease.plusNanos(over).toSeconds()
                        + " s: other nodes may take this one for dead; its clients may get messages a heartbeat late";
    }
}
