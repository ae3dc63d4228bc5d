package im.gateway.delivery;

import im.gateway.connection.Connection;
import im.gateway.connection.Loop;

/**
 * Whether one session may queue more on its connection, by the connection's bound and the loop's budget (D35). Event
 * loop only.
 */
final class OutboundRoom {
    /** Around what is written: frame, names, advice. */
    private static final int AROUND_BYTES = 1024;

    private final Connection connection;
    private final Runnable next;
    private boolean waiting;

    /** @param next what goes on when there may be room again */
    OutboundRoom(Connection connection, Runnable next) {
        this.connection = connection;
        this.next = next;
    }

    boolean has(int bytes) {
        return connection.loop().hasOutboundRoom(connection.pendingBytes(), bytes + AROUND_BYTES);
    }

    /** {@link #has}; where there is none, the session goes on within a tick. */
    boolean hasOrWaits(int bytes) {
        if (has(bytes)) {
            return true;
        }
        if (!waiting) {
            waiting = true;
            connection.loop().atNextTick(() -> {
                waiting = false;
                next.run();
            });
        }
        return false;
    }

    /** Streams and answers begin only then, and pause until then (D34). */
    boolean isBelowLowWater() {
        return connection.pendingBytes() <= Loop.LOW_WATER_BYTES;
    }
}
