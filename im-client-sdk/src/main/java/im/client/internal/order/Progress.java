package im.client.internal.order;

/** How far one conversation is. Positions; 0 is before the first. */
public final class Progress {
    final String peer;

    /** Everything up to here came in, without a hole, and was handed on or is known not to exist. */
    long received;
    /** The app has seen everything up to here. */
    long shown;
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

    Progress(String peer, long received) {
        this.peer = peer;
        this.received = received;
    }

    /** The other uid of the conversation. */
    public String peer() {
        return peer;
    }

    /** What may be acknowledged now: shown to the app, and not above what this connection knows of (D29). */
    long acknowledgeable() {
        return Math.min(shown, carried);
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
