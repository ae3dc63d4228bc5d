package im.simulator.ledger;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The columns of all messages, in chunks, so that it grows without copying. One thread adds; the rest may be read and
 * changed from any thread once {@link #size()} covers the message.
 */
final class MessageTable {
    private static final int CHUNK_BITS = 16;
    private static final int CHUNK = 1 << CHUNK_BITS;
    private static final VarHandle INTS = MethodHandles.arrayElementVarHandle(int[].class);
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle BYTES = MethodHandles.arrayElementVarHandle(byte[].class);

    private static final class Chunk {
        final int[] conversation = new int[CHUNK];
        final byte[] senderSlot = new byte[CHUNK];
        final char[] content = new char[CHUNK];
        final long[] intendedNanos = new long[CHUNK];
        final int[] seen = new int[CHUNK];
        final long[] position = new long[CHUNK];
        final byte[] outcome = new byte[CHUNK];
    }

    private volatile @Nullable Chunk[] chunks = new @Nullable Chunk[1];
    private final AtomicInteger size = new AtomicInteger();

    int size() {
        return size.get();
    }

    /** One thread only. */
    int add(int conversation, int senderSlot, int content, long intendedNanos) {
        int message = size.get();
        int at = message & (CHUNK - 1);
        Chunk chunk = at == 0 ? grow(message >>> CHUNK_BITS) : chunk(message);
        chunk.conversation[at] = conversation;
        chunk.senderSlot[at] = (byte) senderSlot;
        chunk.content[at] = (char) content;
        chunk.intendedNanos[at] = intendedNanos;
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

    /** The slots that have it, as bits. */
    int seen(int message) {
        return (int) INTS.getVolatile(chunk(message).seen, message & (CHUNK - 1));
    }

    /** False if that slot had it already. */
    boolean markSeen(int message, int slot) {
        int before = (int) INTS.getAndBitwiseOr(chunk(message).seen, message & (CHUNK - 1), 1 << slot);
        return (before & (1 << slot)) == 0;
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
