package im.router;

/**
 * One life of one node: a process that comes back in the same slot is another.
 *
 * @param slot 0 to {@link #MAX_SLOTS} - 1; of a gateway also the partition of the push bus that it reads
 * @param incarnation positive, larger than that of any earlier holder of the slot, below 2^47
 */
public record NodeId(int slot, long incarnation) {
    public static final int MAX_SLOTS = 1 << 16;

    private static final int SLOT_BITS = 16;
    private static final long MAX_INCARNATION = (1L << 47) - 1;

    /** @throws IllegalArgumentException when out of bounds */
    public NodeId {
        if (slot < 0 || slot >= MAX_SLOTS || incarnation <= 0 || incarnation > MAX_INCARNATION) {
            throw new IllegalArgumentException("not a node: slot=" + slot + " incarnation=" + incarnation);
        }
    }

    /** A positive number that names the node among all that ever were. */
    public long packed() {
        return incarnation << SLOT_BITS | slot;
    }

    /** @throws IllegalArgumentException when no node packs to that */
    public static NodeId unpack(long packed) {
        return new NodeId((int) (packed & (MAX_SLOTS - 1)), packed >>> SLOT_BITS);
    }
}
