package im.client;

import im.client.internal.order.Inbox;
import im.client.internal.order.Outbox;

/** What a session has counted, as other threads may see it; written by its event loop only. */
final class Counts {
    private final Outbox outbox;
    private final Inbox inbox;
    private final Callbacks callbacks;
    private volatile long attempts;
    private volatile long retries;
    private volatile long unknownSeen;
    private volatile long repeated;
    private volatile long gaps;
    private volatile int waitingCalls;
    private volatile boolean readingPaused;
    private volatile long pauses;

    Counts(Outbox outbox, Inbox inbox, Callbacks callbacks) {
        this.outbox = outbox;
        this.inbox = inbox;
        this.callbacks = callbacks;
    }

    /** Makes what was counted since visible. */
    void update() {
        attempts = outbox.attempts();
        retries = outbox.retries();
        unknownSeen = outbox.unknownSeen();
        repeated = inbox.repeated();
        gaps = inbox.gaps();
        waitingCalls = callbacks.waiting();
    }

    void readingPaused(boolean paused) {
        if (paused) {
            long before = pauses;
            pauses = before + 1;
        }
        readingPaused = paused;
    }

    ClientMetrics metrics(long reconnects) {
        return new ClientMetrics(
                attempts, retries, unknownSeen, reconnects, repeated, gaps, waitingCalls, readingPaused, pauses);
    }
}
