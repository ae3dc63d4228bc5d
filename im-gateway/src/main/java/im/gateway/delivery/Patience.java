package im.gateway.delivery;

import im.gateway.connection.Loop;

/**
 * What waits for a view that has not got as far as something else said: to ask again at once would only load the store,
 * so it is asked later, and later each time, up to a quarter of a heartbeat (D19). Event loop only.
 */
final class Patience {
    private static final long FIRST_MILLIS = 200;
    private static final int MOST_DOUBLINGS = 10;

    private final Loop loop;
    private final long mostMillis;
    private int waiting;
    private boolean viewIsBehind;
    private byte viewTries;

    Patience(Loop loop, long heartbeatMillis) {
        this.loop = loop;
        this.mostMillis = Math.max(FIRST_MILLIS, heartbeatMillis / 4);
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
                Math.min(FIRST_MILLIS << tries, mostMillis));
    }

    private static byte next(byte tries) {
        return (byte) Math.min(tries + 1, MOST_DOUBLINGS);
    }
}
