package im.relay.local;

import im.relay.CursorStore;
import org.jspecify.annotations.Nullable;

/**
 * What is stored of a device.
 *
 * @param start conversations of which it has no cursor begin there for it
 * @param sinceMs when it was opened
 * @param lastUsedMs to about a minute
 * @param born the log's last position when it was opened: what was dropped before was never its
 */
record DeviceEntry(long start, long sinceMs, long lastUsedMs, long born) {
    /** A start: the device is older than its entry, so that nothing is passed over. */
    private static final long WAS_HERE = -1;

    static final DeviceEntry UNKNOWN = new DeviceEntry(0, 0, 0, 0);

    /** Of a device that was never opened: {@link #UNKNOWN}. Format 1 kept the first two numbers only. */
    static DeviceEntry decode(byte @Nullable [] stored) {
        if (stored == null) {
            return UNKNOWN;
        }
        long start = Keyspace.number(stored, 0);
        long sinceMs = Keyspace.number(stored, 8);
        return stored.length < 32
                ? new DeviceEntry(start, sinceMs, sinceMs, 0)
                : new DeviceEntry(start, sinceMs, Keyspace.number(stored, 16), Keyspace.number(stored, 24));
    }

    /** Of a device that was not known; {@code lastPosition} is the log's. */
    static DeviceEntry opened(CursorStore.Start from, long lastPosition, long nowMs) {
        long start = switch (from) {
            case HEADS -> lastPosition;
            case FIRST_HELD -> 0;
            case CURSORS -> WAS_HERE;
        };
        return new DeviceEntry(start, nowMs, nowMs, lastPosition);
    }

    DeviceEntry usedAt(long ms) {
        return new DeviceEntry(start, sinceMs, ms, born);
    }

    /** What was placed behind this is owed to it. */
    long owedFrom() {
        return Math.max(start, born);
    }

    byte[] encode() {
        return Keyspace.numbers(start, sinceMs, lastUsedMs, born);
    }

    /** Where a conversation without a cursor begins; what was dropped since it was born is not passed over. */
    long begin(long floor) {
        if (start == WAS_HERE) {
            return 0;
        }
        return floor <= born ? Math.max(start, floor) : start;
    }
}
