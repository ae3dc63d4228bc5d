package im.client.internal.dispatch;

import im.client.internal.transport.Endpoint;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Long polling in place of a WebSocket that does not pass: from so many failures in a row on, polls and WebSocket are
 * tried in turn until one of them is welcomed; while it is the polls, WebSocket is tried beside them after a while, each
 * time after twice as long. What counts as a failure is a socket to somebody that brought no Welcome and no Close. Event
 * loop only.
 */
public final class PollingFallback {
    private static final int MAX_DOUBLINGS = 4;

    private final int afterFailures;
    private final long againMillis;
    private final RandomGenerator random;
    private int failures;
    private int tries;
    private boolean pollsNext;

    /**
     * @param afterFailures 0 for never
     * @param againMillis until WebSocket is tried beside the polls for the first time
     */
    public PollingFallback(int afterFailures, long againMillis, RandomGenerator random) {
        this.afterFailures = afterFailures;
        this.againMillis = againMillis;
        this.random = random;
    }

    /** What is dialled in place of an endpoint: itself, or polls at its place. */
    public Endpoint instead(Endpoint endpoint) {
        Endpoint polls = pollsNext ? endpoint.polls() : null;
        return polls == null ? endpoint : polls;
    }

    /** That one was tried, there was somebody, and nothing came of it. */
    public void failed(Endpoint dialled) {
        if (dialled.webSocket()) {
            failures++;
        }
        pollsNext = dialled.webSocket() && afterFailures > 0 && failures >= afterFailures;
    }

    public void welcomed(Endpoint dialled) {
        if (dialled.webSocket()) {
            failures = 0;
            tries = 0;
            pollsNext = false;
        }
    }

    /** WebSocket was tried beside the polls, in vain. */
    public void triedInVain() {
        tries++;
    }

    /**
     * How long the connection to {@code dialled} is to live before WebSocket is tried beside it; 0 for never: it is one,
     * or what the app asked for.
     *
     * @param given what it was dialled in place of
     */
    public long backAfterMillis(@Nullable Endpoint given, Endpoint dialled) {
        if (given == null || !given.webSocket() || dialled.webSocket()) {
            return 0;
        }
        long most = againMillis << Math.min(tries, MAX_DOUBLINGS);
        return most - random.nextLong(most / 4 + 1);
    }
}
