package im.simulator.ledger;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The columns of all messages, in chunks, so that it grows without copying. One thread adds; the rest may be read and
 * changed from any thread once {@link #size()} covers the message.
 *
 * <p>Who has a message is a bit for each slot it goes to: in a column where they are few, else in an array of the
 * message's own.
 */
final class MessageTable {
    private static final int CHUNK_BITS = 16;
    private static final int CHUNK = 1 << CHUNK_BITS;
    private static final VarHandle INTS = MethodHandles.arrayElementVarHandle(int[].class);
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle BYTES = MethodHandles.arrayElementVarHandle(byte[].class);

    private static final class Chunk {
        final int[] conversation = new int[CHUNK];
        final int[] slots = new int[CHUNK];
        final int[] senderSlot = new int[CHUNK];
        final char[] content = new char[CHUNK];
        final long[] intendedNanos = new long[CHUNK];
        final int[] seen = new int[CHUNK];
        final long[] position = new long[CHUNK];
        final byte[] outcome = new byte[CHUNK];
        /** Made with the first message of the chunk that goes to many. */
        long @Nullable [] @Nullable [] seenByMany;

        long[] seenByMany(int at) {
            long @Nullable [] bits = seenByMany == null ? null : seenByMany[at];
            if (bits == null) {
                throw new IllegalStateException("message " + at + " goes to few");
            }
            return bits;
        }
    }

    private volatile @Nullable Chunk[] chunks = new @Nullable Chunk[1];
    private final AtomicInteger size = new AtomicInteger();

    int size() {
        return size.get();
    }

    /**
     * One thread only.
     *
     * @param slots that it goes to: the first so many of the conversation
     */
    int add(int conversation, int slots, int senderSlot, int content, long intendedNanos) {
        int message = size.get();
        int at = message & (CHUNK - 1);
        Chunk chunk = at == 0 ? grow(message >>> CHUNK_BITS) : chunk(message);
        chunk.conversation[at] = conversation;
        chunk.slots[at] = slots;
        chunk.senderSlot[at] = senderSlot;
        chunk.content[at] = (char) content;
        chunk.intendedNanos[at] = intendedNanos;
        if (slots > Integer.SIZE) {
            if (chunk.seenByMany == null) {
                chunk.seenByMany = new long[CHUNK][];
            }
            chunk.seenByMany[at] = new long[(slots + Long.SIZE - 1) / Long.SIZE];
        }
        size.set(Math.addExact(message, 1));
        return message;
    }

    private Chunk grow(int index) {
        @Nullable Chunk[] known = chunks;
        @Nullable Chunk[] grown = index < known.length ? known.clone() : Arrays.copyOf(known, index * 2);
        Chunk chunk = new Chunk();
        grown[index] = chunk;
        chunks = grown;
        return chunk;
    }

    private Chunk chunk(int message) {
        Chunk chunk = chunks[message >>> CHUNK_BITS];
        if (chunk == null) {
            throw new IndexOutOfBoundsException(message);
        }
        return chunk;
    }

    int conversation(int message) {
        return chunk(message).conversation[message & (CHUNK - 1)];
    }

    /** How many slots it goes to, the sender's included. */
    int slots(int message) {
        return chunk(message).slots[message & (CHUNK - 1)];
    }

    int senderSlot(int message) {
        return chunk(message).senderSlot[message & (CHUNK - 1)];
    }

    int content(int message) {
        return chunk(message).content[message & (CHUNK - 1)];
    }

    long intendedNanos(int message) {
        return chunk(message).intendedNanos[message & (CHUNK - 1)];
    }

    Outcome outcome(int message) {
        return Outcome.of((byte) BYTES.getVolatile(chunk(message).outcome, message & (CHUNK - 1)));
    }

    /** Sets the outcome of a message that has none; false if it had one. */
    boolean settle(int message, Outcome outcome) {
        return BYTES.compareAndSet(
                chunk(message).outcome, message & (CHUNK - 1), Outcome.PENDING.code(), outcome.code());
    }

    /** False if that slot had it already. */
    boolean markSeen(int message, int slot) {
        Chunk chunk = chunk(message);
        int at = message & (CHUNK - 1);
        if (chunk.slots[at] <= Integer.SIZE) {
            int before = (int) INTS.getAndBitwiseOr(chunk.seen, at, 1 << slot);
            return (before & (1 << slot)) == 0;
        }
        long before = (long) LONGS.getAndBitwiseOr(chunk.seenByMany(at), slot / Long.SIZE, 1L << slot);
        return (before & (1L << slot)) == 0;
    }

    /** How many slots besides the sender's have it. */
    int received(int message) {
        int count = hasSeen(message, senderSlot(message)) ? -1 : 0;
        for (int word = 0; word * Long.SIZE < slots(message); word++) {
            count += Long.bitCount(seenWord(message, word));
        }
        return count;
    }

    /** The first slot besides the sender's that does not have it, −1 if all have. */
    int firstMissing(int message) {
        int slots = slots(message);
        int sender = senderSlot(message);
        for (int word = 0; word * Long.SIZE < slots; word++) {
            long seen = seenWord(message, word) | (sender / Long.SIZE == word ? 1L << sender : 0);
            int slot = word * Long.SIZE + Long.numberOfTrailingZeros(~seen);
            if (seen != -1 && slot < slots) {
                return slot;
            }
        }
        return -1;
    }

    boolean hasSeen(int message, int slot) {
        return (seenWord(message, slot / Long.SIZE) & 1L << slot) != 0;
    }

    private long seenWord(int message, int word) {
        Chunk chunk = chunk(message);
        int at = message & (CHUNK - 1);
        return chunk.slots[at] <= Integer.SIZE
                ? (int) INTS.getVolatile(chunk.seen, at) & 0xffff_ffffL
                : (long) LONGS.getVolatile(chunk.seenByMany(at), word);
    }

    long position(int message) {
        return (long) LONGS.getVolatile(chunk(message).position, message & (CHUNK - 1));
    }

    /** Notes the position, or compares it with the one already told; false if they differ. */
    boolean agreesOn(int message, long position) {
        long told = (long) LONGS.compareAndExchange(chunk(message).position, message & (CHUNK - 1), 0L, position);
        return told == 0 || told == position;
    }
}
