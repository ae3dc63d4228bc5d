package im.gateway.edge;

import org.jspecify.annotations.Nullable;

/**
 * Deadlines that are all the same time away when they are set, so that a linked list is in their order: setting and
 * ending one costs a few pointers, and no timer. One loop's; event loop only.
 */
final class DeadlineQueue {
    private final long delayMillis;
    private @Nullable Deadline oldest;
    private @Nullable Deadline newest;

    DeadlineQueue(long delayMillis) {
        this.delayMillis = delayMillis;
    }

    /** What is told that its time is over; it is out of the queue then. */
    interface Expiring {
        void expired();
    }

    /** One deadline; from {@link #set} to {@link #end} or expiry. */
    static final class Deadline {
        private final DeadlineQueue queue;
        private final long atMillis;
        private Expiring owner;
        private @Nullable Deadline older;
        private @Nullable Deadline newer;
        private boolean ended;

        private Deadline(DeadlineQueue queue, long atMillis, Expiring owner) {
            this.queue = queue;
            this.atMillis = atMillis;
            this.owner = owner;
        }

        /** Another one is told instead. */
        void passTo(Expiring owner) {
            this.owner = owner;
        }

        /** May be called again, and after expiry. */
        void end() {
            if (!ended) {
                ended = true;
                queue.unlink(this);
            }
        }
    }

    Deadline set(long nowMillis, Expiring owner) {
        Deadline added = new Deadline(this, nowMillis + delayMillis, owner);
        added.older = newest;
        if (newest == null) {
            oldest = added;
        } else {
            newest.newer = added;
        }
        newest = added;
        return added;
    }

    private void unlink(Deadline gone) {
        if (gone.older == null) {
            oldest = gone.newer;
        } else {
            gone.older.newer = gone.newer;
        }
        if (gone.newer == null) {
            newest = gone.older;
        } else {
            gone.newer.older = gone.older;
        }
        gone.older = null;
        gone.newer = null;
    }

    /** Tells those whose time has come, oldest first. */
    void sweep(long nowMillis) {
        Deadline next = oldest;
        while (next != null && next.atMillis <= nowMillis) {
            next.end();
            next.owner.expired();
            next = oldest;
        }
    }

    boolean isEmpty() {
        return oldest == null;
    }
}
