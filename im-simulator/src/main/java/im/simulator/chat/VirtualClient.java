package im.simulator.chat;

import im.client.ConnectionState;
import im.client.ImClient;
import im.client.StateChange;
import java.util.concurrent.atomic.AtomicLong;

/** One device of one user: an SDK client and since when it has been live. */
final class VirtualClient {
    private static final long NEVER = Long.MAX_VALUE;

    private final int device;
    private final ImClient client;
    private volatile long liveSinceNanos = NEVER;
    private volatile boolean reached;
    private final AtomicLong truncations = new AtomicLong();
    private volatile String trouble = "";

    VirtualClient(int device, ImClient.Builder builder, Inbox inbox) {
        this.device = device;
        this.client = builder.messageListener(message -> inbox.take(this, message))
                .truncationListener(truncation -> truncations.incrementAndGet())
                .stateListener(this::onStateChanged)
                .build();
    }

    private void onStateChanged(StateChange change) {
        boolean live = change.current() == ConnectionState.LIVE;
        liveSinceNanos = live ? System.nanoTime() : NEVER;
        reached |= live || change.current() == ConnectionState.CATCHING_UP;
        if (change.current() == ConnectionState.WAITING) {
            trouble = change.reason();
        }
    }

    int device() {
        return device;
    }

    ImClient sdk() {
        return client;
    }

    /** Goes offline until it connects again, with a goodbye or as if the network had failed. */
    void leave(boolean goodbye) {
        if (!goodbye) {
            client.dropConnection();
        }
        client.disconnect();
    }

    /** Whether it was ever welcomed. */
    boolean reached() {
        return reached;
    }

    /** Why it last lost its connection or got none; empty if it never did. */
    String trouble() {
        return trouble;
    }

    /** How often it was told that something may be missing for good. */
    long truncations() {
        return truncations.get();
    }

    boolean live() {
        return liveSinceNanos != NEVER;
    }

    /** Whether it has been connected and caught up from that moment until now. */
    boolean liveSince(long nanos) {
        long since = liveSinceNanos;
        return since != NEVER && since - nanos <= 0;
    }
}
