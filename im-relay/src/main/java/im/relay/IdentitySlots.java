package im.relay;

/**
 * Where identities stand in an open-addressing table with linear probing: 16 bytes a slot. What belongs to an
 * identity stands in arrays of the caller's own, at the same slot. Nothing is ever taken out, and it does not grow: the
 * caller keeps some slots free, makes one with more and {@linkplain #move moves} there. The high half says where the search
 * begins, so it has to be as good as random. One thread at a time.
 */
public final class IdentitySlots {
    private final long[] keys;

    /** @param slots a power of two */
    public IdentitySlots(int slots) {
        keys = new long[2 * slots];
    }

    /** Told of an identity that stood at one slot and now stands at the other of the larger table. */
    @FunctionalInterface
    public interface Moved {
        void moved(int from, int to);
    }

    public int slots() {
        return keys.length / 2;
    }

    /** Where the identity is or, if it {@linkplain #isFree is free}, would be. Endless if no slot is free. */
    public int slot(Identity identity) {
        return slot(identity.high(), identity.low());
    }

    private int slot(long high, long low) {
        int mask = slots() - 1;
        int slot = (int) high & mask;
        while (!isFree(slot) && (keys[2 * slot] != high || keys[2 * slot + 1] != low)) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    public boolean isFree(int slot) {
        return keys[2 * slot] == 0 && keys[2 * slot + 1] == 0;
    }

    /** The identity stands at the slot that {@link #slot} gave for it. */
    public void take(int slot, Identity identity) {
        take(slot, identity.high(), identity.low());
    }

    private void take(int slot, long high, long low) {
        keys[2 * slot] = high;
        keys[2 * slot + 1] = low;
    }

    /** Puts all of this into a larger one. */
    public void move(IdentitySlots larger, Moved told) {
        for (int from = 0; from < slots(); from++) {
            if (!isFree(from)) {
                long high = keys[2 * from];
                long low = keys[2 * from + 1];
                int to = larger.slot(high, low);
                larger.take(to, high, low);
                told.moved(from, to);
            }
        }
    }
}
