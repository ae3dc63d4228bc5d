package im.gateway.cluster;

import im.relay.AppendOutcome;
import im.relay.AppendOutcome.Accepted;
import im.relay.AppendOutcome.Unknown;
import im.relay.Identity;
import im.relay.IdentitySlots;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What this node had accepted within the dedupe window W: by identity the hash of the body and when it was accepted.
 *
 * <p>Two <em>generations</em>, each an open-addressing table that doubles up to {@value #MAX_SLOTS} slots of 36 bytes and
 * is filled to two thirds; when the youngest is full, or W old, the other goes as a whole. So it holds the last 43 690 to
 * 87 380 messages, in 4.7 MB at most: 54 to 108 bytes each. What is forgotten early costs only what a node that never saw
 * the message would not know either.
 *
 * <p>Of a body 8 bytes of its hash are held: of two that meet, one is not told from a repeat of the other, which the
 * relays, who compare all of it, still do. Never is a repeat taken for another body. Any thread; a lock, which
 * all event loops share, is held once a batch for each of the two questions, and of groups a third time before.
 */
final class AcceptedMemory {
    /** A power of two. */
    static final int MAX_SLOTS = 1 << 16;

    /** In a generation. */
    static final int MAX_ENTRIES = MAX_SLOTS / 3 * 2;

    private static final int MIN_SLOTS = 1 << 10;

    /** In place of when it was accepted: nobody knows whether it was. */
    private static final long UNSURE = 0;

    /** In place of when it was accepted: more than one body may stand under the id, and no repeat must be refused. */
    private static final long SEVERAL = -1;

    private final long windowMs;
    private final LongSupplier millis;
    private @Nullable Generation youngest;
    private @Nullable Generation older;
    private long forgotten;

    /** @param millis a clock that never goes back */
    AcceptedMemory(long windowMs, LongSupplier millis) {
        this.windowMs = windowMs;
        this.millis = millis;
    }

    /** A message: its identity, the same for all bodies, and of its body's hash what is held. */
    record Sent(Identity identity, long bodyHash) {
        boolean isOtherBodyOf(Sent other) {
            return bodyHash != other.bodyHash && identity.equals(other.identity);
        }
    }

    /** The number of the first before {@code end} whose identity another body, and no other, was accepted under; or that end. */
    synchronized int firstConflict(List<Sent> batch, int end) {
        for (int i = 0; i < end; i++) {
            Place held = find(batch.get(i).identity());
            if (held != null
                    && held.acceptedMs() > 0
                    && held.bodyHash() != batch.get(i).bodyHash()) {
                return i;
            }
        }
        return end;
    }

    /** Of which of the batch a message of this identity and body, and of no other body, was accepted. */
    synchronized BitSet accepted(List<Sent> batch) {
        BitSet accepted = new BitSet();
        for (int i = 0; i < batch.size(); i++) {
            Place held = find(batch.get(i).identity());
            accepted.set(
                    i,
                    held != null
                            && held.acceptedMs() > 0
                            && held.bodyHash() == batch.get(i).bodyHash());
        }
        return accepted;
    }

    /**
     * What the log said of the first of a batch.
     *
     * @param calledMs by this clock, before they were appended
     * @return the same, but a repeat was accepted when the first of its repeats was, as far as is known here
     */
    synchronized List<AppendOutcome> told(List<Sent> batch, List<AppendOutcome> outcomes, long calledMs) {
        List<AppendOutcome> known = new ArrayList<>(outcomes.size());
        for (int i = 0; i < outcomes.size(); i++) {
            AppendOutcome outcome = outcomes.get(i);
            if (outcome instanceof Accepted accepted) {
                long first = accepted(batch.get(i), accepted.acceptedMs(), calledMs);
                known.add(first == accepted.acceptedMs() ? outcome : new Accepted(first));
            } else {
                if (outcome instanceof Unknown) {
                    unknown(batch.get(i), calledMs);
                }
                known.add(outcome);
            }
        }
        return known;
    }

    private long accepted(Sent sent, long acceptedMs, long calledMs) {
        long now = merged(find(sent.identity()), sent.bodyHash(), acceptedMs);
        put(sent, now, calledMs);
        return now == SEVERAL ? acceptedMs : now;
    }

    /** It may stand in the log. */
    private void unknown(Sent sent, long calledMs) {
        Place held = find(sent.identity());
        long now = merged(held, sent.bodyHash(), UNSURE);
        if (held == null || held.acceptedMs() != now) {
            put(sent, now, calledMs);
        }
    }

    private static long merged(@Nullable Place held, long bodyHash, long acceptedMs) {
        if (held == null) {
            return acceptedMs;
        }
        if (held.acceptedMs() == SEVERAL || held.bodyHash() != bodyHash) {
            return SEVERAL;
        }
        return held.acceptedMs() == UNSURE ? acceptedMs : held.acceptedMs();
    }

    /** What is held and not older than W. */
    private @Nullable Place find(Identity identity) {
        Place place = find(youngest, identity);
        if (place == null) {
            place = find(older, identity);
        }
        return place != null && millis.getAsLong() - place.seenMs() <= windowMs ? place : null;
    }

    private static @Nullable Place find(@Nullable Generation generation, Identity identity) {
        return generation == null ? null : generation.find(identity);
    }

    private void put(Sent sent, long acceptedMs, long seenMs) {
        Generation generation = youngest;
        long now = millis.getAsLong();
        if (generation == null || generation.isFull() || now - generation.startMs >= windowMs) {
            forget(now);
            generation = new Generation(now);
            older = youngest;
            youngest = generation;
        }
        generation.put(sent, acceptedMs, seenMs);
    }

    private void forget(long now) {
        Generation last = youngest;
        if (older != null && last != null && now - last.startMs < windowMs) {
            forgotten += older.size;
        }
    }

    synchronized int entries() {
        return size(youngest) + size(older);
    }

    private static int size(@Nullable Generation generation) {
        return generation == null ? 0 : generation.size;
    }

    /** Entries that went before their time. */
    synchronized long forgotten() {
        return forgotten;
    }

    /** @param seenMs at or before the log took it, by the memory's clock */
    private record Place(long bodyHash, long acceptedMs, long seenMs) {}

    private static final class Generation {
        final long startMs;
        IdentitySlots slots = new IdentitySlots(MIN_SLOTS);
        long[] bodyHashes = new long[MIN_SLOTS];
        long[] accepted = new long[MIN_SLOTS];
        /** From {@link #startMs}, which they may precede. */
        int[] seen = new int[MIN_SLOTS];

        int size;

        Generation(long startMs) {
            this.startMs = startMs;
        }

        boolean isFull() {
            return size >= MAX_ENTRIES;
        }

        @Nullable Place find(Identity identity) {
            int slot = slots.slot(identity);
            return slots.isFree(slot) ? null : new Place(bodyHashes[slot], accepted[slot], startMs + seen[slot]);
        }

        void put(Sent sent, long acceptedMs, long seenMs) {
            int slot = slots.slot(sent.identity());
            boolean added = slots.isFree(slot);
            slots.take(slot, sent.identity());
            bodyHashes[slot] = sent.bodyHash();
            accepted[slot] = acceptedMs;
            seen[slot] = (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, seenMs - startMs));
            if (added && ++size * 3L > seen.length * 2L && seen.length < MAX_SLOTS) {
                grow();
            }
        }

        private void grow() {
            int more = 2 * seen.length;
            IdentitySlots larger = new IdentitySlots(more);
            long[] newHashes = new long[more];
            long[] newAccepted = new long[more];
            int[] newSeen = new int[more];
            slots.move(larger, (from, to) -> {
                newHashes[to] = bodyHashes[from];
                newAccepted[to] = accepted[from];
                newSeen[to] = seen[from];
            });
            slots = larger;
            bodyHashes = newHashes;
            accepted = newAccepted;
            seen = newSeen;
        }
    }
}
