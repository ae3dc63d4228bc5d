package im.relay.local;

import org.jspecify.annotations.Nullable;

/**
 * How far a conversation reaches, and how much of it is held.
 *
 * @param head the position of its last message
 * @param floor what stands at or below it is held no more; 0 while everything is
 * @param messages that are held, all of them above the floor
 * @param bytes of these, as they are placed
 */
record Extent(long head, long floor, long messages, long bytes) {
    static final Extent EMPTY = new Extent(0, 0, 0, 0);

    Extent with(long position, int size) {
        return new Extent(position, floor, messages + 1, bytes + size);
    }

    /** Without the oldest, which stood at {@code position}. */
    Extent without(long position, int size) {
        return new Extent(head, position, messages - 1, bytes - size);
    }

    byte[] encode() {
        return Keyspace.numbers(head, floor, messages, bytes);
    }

    static Extent decode(byte @Nullable [] stored) {
        return stored == null
                ? EMPTY
                : new Extent(
                        Keyspace.number(stored, 0),
                        Keyspace.number(stored, 8),
                        Keyspace.number(stored, 16),
                        Keyspace.number(stored, 24));
    }
}
