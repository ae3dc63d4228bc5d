package im.router;

import java.time.Duration;

/** What the forms of {@link NodeRegistry} say of a lease, in the same words. */
public final class LeaseTrouble {
    private LeaseTrouble() {}

    /**
     * While nobody answers a node keeps serving in its old name, which costs latency should it be the only one that is
     * not answered.
     *
     * @param lease its length
     * @param overNanos since it ended unless it was renewed
     * @return to be put behind what is wrong; empty before the end
     */
    public static String unrenewed(Duration lease, long overNanos) {
        return overNanos <= 0
                ? ""
                : "; no lease renewal for " + lease.plusNanos(overNanos).toSeconds()
                        + " s: other nodes may take this one for dead; its clients may get messages a heartbeat late";
    }
}
