package im.gateway.room;

import im.gateway.connection.Loop;
import im.gateway.rate.Backoff;
import java.util.ArrayDeque;

/**
 * What the rooms of one loop share: the work of one of its turns, the bytes of what may wait, and their patience. Rooms
 * with something to do are served one after the other; what a turn has no time for goes behind what else the loop has to
 * do, so that neither a large room nor many of them keep it from its sockets. Event loop only.
 */
final class Turns {
    /** Sessions that one turn of the loop forwards to. */
    static final int SLICE = 128;
    /** Messages that one turn of the loop forwards, each counted for each session. */
    static final int SLICE_WRITES = 1_024;
    /** Bytes of messages that may wait in all rooms together; what finds no room is read from the store later. */
    static final long MAX_WAITING_BYTES = 64 << 20;

    private static final long FIRST_MILLIS = 50;

    private final Loop loop;
    private final Backoff backoff;
    private final long maxWaitingBytes;
    private final ArrayDeque<Room> ready = new ArrayDeque<>();
    private boolean planned;
    private long waitingBytes;

    Turns(Loop loop, long heartbeatMillis, long maxWaitingBytes) {
        this.loop = loop;
        this.backoff = new Backoff(FIRST_MILLIS, heartbeatMillis);
        this.maxWaitingBytes = maxWaitingBytes;
    }

    /** The room is served with the next turn, or one soon after it; it must not be added twice. */
    void add(Room room) {
        ready.add(room);
        plan();
    }

    private void plan() {
        if (!planned && !ready.isEmpty()) {
            planned = true;
            loop.atNextTurn(this::turn);
        }
    }

    private void turn() {
        planned = false;
        try {
            int left = SLICE;
            while (left > 0 && !ready.isEmpty()) {
                left -= ready.remove().serve(left);
            }
        } finally {
            plan();
        }
    }

    /** {@link Rooms#patienceMillis}. */
    long patienceMillis(int tries) {
        return backoff.millis(tries);
    }

    boolean hasRoom(int bytes) {
        return waitingBytes + bytes <= maxWaitingBytes;
    }

    /** So many bytes more wait, or fewer. */
    void waiting(long bytes) {
        waitingBytes += bytes;
    }
}
