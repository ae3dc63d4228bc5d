package im.router;

import im.router.NodeInfo.Role;

/**
 * The slots that nodes of a role take. A gateway's is the partition of the push bus that it reads, so those below the
 * number of partitions are for gateways alone; the others have theirs above, so that they use up none.
 *
 * @param end the first that is too large
 */
public record SlotRange(int first, int end) {
    /** As many relays and routers there may be at a time. */
    public static final int OTHERS = 1_024;

    /** The largest number of gateways that leaves room for the others. */
    public static final int MAX_GATEWAYS = NodeId.MAX_SLOTS - OTHERS;

    /** @param gateways how many there may be at a time, 1 to {@link #MAX_GATEWAYS} */
    public static SlotRange of(Role role, int gateways) {
        return role == Role.GATEWAY ? new SlotRange(0, gateways) : new SlotRange(gateways, gateways + OTHERS);
    }

    public int size() {
        return end - first;
    }
}
