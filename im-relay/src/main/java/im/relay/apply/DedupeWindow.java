package im.relay.apply;

import im.relay.Identity;
import im.relay.IdentitySlots;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.function.IntConsumer;

/**
 * Which identities stood in a partition within W, by the running maximum of the log's append times and no other clock
 * (D11, D12). Fed with the log in order, from any offset that {@code offsetAt} names on: then the maximum, and all of the
 * last W, are what they would be had it been fed from the log's beginning.
 *
 * <p>What is seen goes into the youngest of a few <em>generations</em>, each a sixteenth of W long and of a sixteenth of
 * the bound; an old one is dropped whole. A generation is an open-addressing table with 20 bytes a slot (16 of identity, 4
 * of time), at most two thirds full: 30 to 60 bytes an entry. Bounded: above {@code maxEntries} the oldest generation goes
 * early, which may let a late retry become a second message, and is told as it happens. Confined to one thread.
 */
final class DedupeWindow {
    private static final int MIN_SLOTS = 64;
    private static final int GENERATIONS = 16;

    private final long windowMs;
    private final long generationMs;
    private final int maxEntries;
    private final int generationEntries;
    private final IntConsumer forgotten;
    private final Deque<Generation> generations = new ArrayDeque<>();
    private long clock = Long.MIN_VALUE;
    private int entries;

    /** @param forgotten told how many entries had to go before their time */
    DedupeWindow(long windowMs, int maxEntries, IntConsumer forgotten) {
        this.windowMs = windowMs;
        this.generationMs = Math.min(Math.max(1, windowMs / GENERATIONS), Integer.MAX_VALUE);
        this.maxEntries = maxEntries;
        this.generationEntries = Math.max(1, maxEntries / GENERATIONS);
        this.forgotten = forgotten;
    }

    /** The log goes on with a record of that time; what is out of W now is forgotten. */
    void advance(long timeMs) {
        if (timeMs <= clock) {
            return;
        }
        clock = timeMs;
        while (generations.size() > 1 && clock - secondOldest().startMs > windowMs) {
            dropOldest();
        }
    }

    /** The running maximum of the times that it was given. */
    long clock() {
        return clock;
    }

    /** Whether the identity stands within W before the clock, duplicates included; from now on it does. */
    boolean seen(Identity identity) {
        boolean duplicate = knows(identity);
        Generation youngest = youngest();
        if (youngest.put(identity, (int) (clock - youngest.startMs))) {
            entries++;
            bound();
        }
        return duplicate;
    }

    /** Whether the identity stands within W before the clock. */
    boolean knows(Identity identity) {
        for (Iterator<Generation> it = generations.descendingIterator(); it.hasNext(); ) {
            Generation generation = it.next();
            int slot = generation.find(identity);
            if (slot >= 0) {
                return clock - generation.startMs - generation.times[slot] <= windowMs;
            }
        }
        return false;
    }

    private Generation youngest() {
        Generation youngest = generations.peekLast();
        if (youngest == null || clock - youngest.startMs >= generationMs || youngest.size >= generationEntries) {
            youngest = new Generation(clock);
            generations.add(youngest);
        }
        return youngest;
    }

    private Generation secondOldest() {
        Iterator<Generation> it = generations.iterator();
        it.next();
        return it.next();
    }

    private void bound() {
        if (entries > maxEntries) {
            forgotten.accept(generations.getFirst().size);
            dropOldest();
        }
    }

    private void dropOldest() {
        entries -= generations.removeFirst().size;
    }

    int entries() {
        return entries;
    }

    /** Bytes of its tables. */
    long bytes() {
        return generations.stream()
                .mapToLong(generation -> 20L * generation.times.length)
                .sum();
    }

    private static final class Generation {
        final long startMs;
        IdentitySlots slots = new IdentitySlots(MIN_SLOTS);
        int[] times = new int[MIN_SLOTS];
        int size;

        Generation(long startMs) {
            this.startMs = startMs;
        }

        /** The slot, or -1. */
        int find(Identity identity) {
            int slot = slots.slot(identity);
            return slots.isFree(slot) ? -1 : slot;
        }

        /** Whether it is new here. */
        boolean put(Identity identity, int time) {
            int slot = slots.slot(identity);
            boolean added = slots.isFree(slot);
            slots.take(slot, identity);
            times[slot] = time;
            if (added && ++size * 3L > times.length * 2L) {
                grow();
            }
            return added;
        }

        private void grow() {
            IdentitySlots larger = new IdentitySlots(2 * times.length);
            int[] moved = new int[2 * times.length];
            slots.move(larger, (from, to) -> moved[to] = times[from]);
            slots = larger;
            times = moved;
        }
    }
}
