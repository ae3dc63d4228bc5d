package im.relay.local;

import java.util.Arrays;

/**
 * How many copies of messages devices were owed, and what became of them (contract 18): of each kind, accepted =
 * acknowledged + truncated + written off + pending. A message is owed to the devices that were known when it was placed.
 * The totals move in the batch that has the effect, so that they and the store never disagree. Writer thread only,
 * except {@link #durable}.
 */
final class Conservation {

    /** Whose message a device has a copy of. */
    enum Kind {
        /** The other uid's. */
        OTHERS,
        /** The device's own uid's, the sending device's copy included. */
        OWN
    }

    enum Fate {
        ACCEPTED,
        /** The device's cursor passed it. */
        ACKNOWLEDGED,
        /** Dropped by retention before the device's cursor passed it. */
        TRUNCATED,
        /** Its device was forgotten. */
        WRITTEN_OFF
    }

    private static final int FATES = Fate.values().length;

    private final long[] totals;
    private volatile long[] durable;
    private boolean changed;

    private Conservation(long[] totals) {
        this.totals = totals;
        this.durable = totals.clone();
    }

    /** Of a store that is counted from now on: all it holds for its devices is pending. */
    static Conservation startingWith(PendingScan.Pending pending) {
        Conservation begun = new Conservation(new long[Kind.values().length * FATES]);
        begun.add(Kind.OTHERS, Fate.ACCEPTED, pending.others());
        begun.add(Kind.OWN, Fate.ACCEPTED, pending.own());
        begun.settle();
        return begun;
    }

    void add(Kind kind, Fate fate, long copies) {
        totals[at(kind, fate)] += copies;
        changed |= copies != 0;
    }

    boolean isChanged() {
        return changed;
    }

    /** What was counted is on disk. */
    void settle() {
        if (changed) {
            durable = totals.clone();
            changed = false;
        }
    }

    /** As of the last commit; any thread. */
    long durable(Kind kind, Fate fate) {
        return durable[at(kind, fate)];
    }

    /** What is owed still, by these totals and as of the last commit; any thread. */
    long pending(Kind kind) {
        long[] now = durable;
        return now[at(kind, Fate.ACCEPTED)]
                - now[at(kind, Fate.ACKNOWLEDGED)]
                - now[at(kind, Fate.TRUNCATED)]
                - now[at(kind, Fate.WRITTEN_OFF)];
    }

    byte[] encode() {
        return Keyspace.numbers(totals);
    }

    static Conservation decode(byte[] stored) {
        long[] totals = new long[Kind.values().length * FATES];
        Arrays.setAll(totals, i -> Keyspace.number(stored, 8 * i));
        return new Conservation(totals);
    }

    private static int at(Kind kind, Fate fate) {
        return kind.ordinal() * FATES + fate.ordinal();
    }
}
