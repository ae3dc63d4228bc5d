package im.client.internal.order;

import java.util.ArrayDeque;
import java.util.Deque;

/** How far one conversation is. Positions; 0 is before the first. */
public final class Progress {
    final String peer;

    /** Everything up to here came in, without a hole, and was handed on or is known not to exist. */
    long received;
    /** Nothing came yet that tells where the conversation begins for this device. */
    boolean startUnknown;
    /** The last position that was handed to the app: a message, or the end of a truncation. */
    long handed;
    /** The app has everything up to here; told in Resume, acknowledged, and kept. */
    long cursor;
    /** An earlier run of the app was given what stands up to here. */
    long shownBefore;
    /** The highest position that the present connection carried, in a Deliver, a SyncPage or its Resume. */
    long carried;
    /** What was acknowledged on the present connection. */
    long acknowledged;

    boolean ackDue;

    /** A Sync is open, and what it asked to follow. */
    boolean syncing;
    /** The highest position that was dropped because of a hole before it; the Sync goes on until it is there. */
    long wanted;
    /** The open Sync was begun for the head, and another is to follow it for that reason. */
    boolean toHead;

    boolean toHeadNext;
    /** Pages in a row that brought nothing although something is wanted. */
    int emptyPages;

    /** Truncations the app was told of, while it still has messages before them. */
    private final Deque<Missing> told = new ArrayDeque<>(0);

    Progress(String peer, long received) {
        this.peer = peer;
        this.received = received;
    }

    /** The other uid of the conversation. */
    public String peer() {
        return peer;
    }

    /** What may be acknowledged now: with the app, and not above what this connection knows of (D29). */
    long acknowledgeable() {
        return Math.min(cursor, carried);
    }

    /** The app has everything up to the position, and with it what it was told is missing right behind. */
    void raiseCursor(long position) {
        cursor = Math.max(cursor, position);
        while (!told.isEmpty() && told.getFirst().after() <= cursor) {
            cursor = Math.max(cursor, told.removeFirst().to());
        }
    }

    /** The app was told; the cursor passes over it as soon as it is there. */
    void told(Missing missing) {
        told.addLast(missing);
        raiseCursor(cursor);
    }

    void connectionLost() {
        acknowledged = 0;
        ackDue = false;
        syncing = false;
        wanted = 0;
        toHead = false;
        toHeadNext = false;
        emptyPages = 0;
    }
}
