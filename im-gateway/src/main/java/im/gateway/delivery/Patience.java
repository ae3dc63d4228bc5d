package im.gateway.delivery;

import im.gateway.connection.Loop;
import im.gateway.rate.Backoff;

/**
 * What waits for a view that has not got as far as something else said: to ask again at once would only load the store,
 * so it is asked later, and later each time, up to a quarter of a heartbeat (D19). Event loop only.
 */
final class Patience {
    private static final long FIRST_MILLIS = 200;

    private final Loop loop;
    private final Backoff backoff;
    private int waiting;
    private boolean viewIsBehind;
    private byte viewTries;

    Patience(Loop loop, long heartbeatMillis) {
        this.loop = loop;
        this.backoff = new Backoff(FIRST_MILLIS, heartbeatMillis);
    }

    /** Whether anything waits: then nobody has caught up. */
    boolean isWaiting() {
        return waiting > 0;
    }

    /** A page that told less than there must be is read again. */
    void withPage(ConversationProgress progress, Runnable again) {
        after(progress.fruitless, again);
        progress.fruitless = next(progress.fruitless);
    }

    /** The whole view said that it is behind its log, or that it is not; if so heads are compared again. */
    void withView(boolean isBehind, Runnable again) {
        if (!isBehind) {
            viewTries = 0;
        } else if (!viewIsBehind) {
            viewIsBehind = true;
            after(viewTries, () -> {
                viewIsBehind = false;
                again.run();
            });
            viewTries = next(viewTries);
        }
    }

    private void after(byte tries, Runnable again) {
        waiting++;
        loop.schedule(
                () -> {
                    waiting--;
                    again.run();
                },
                backoff.millis(tries));
    }

    private static byte next(byte tries) {
        return (byte) Math.min(tries + 1, Byte.MAX_VALUE);
    }
}
