package im.gateway.rate;

/**
 * How long to wait before the next try: twice as long each time, up to a quarter of a heartbeat, so that whoever waits is
 * still heard in time (D19). Immutable.
 */
public final class Backoff {
    private static final int MOST_DOUBLINGS = 10;

    private final long firstMillis;
    private final long mostMillis;

    /** @param firstMillis before the first try; never less, however short the heartbeat is */
    public Backoff(long firstMillis, long heartbeatMillis) {
        this.firstMillis = firstMillis;
        this.mostMillis = Math.max(firstMillis, heartbeatMillis / 4);
    }

    /** @param tries that were made in vain, 0 or more */
    public long millis(int tries) {
        return Math.min(firstMillis << Math.min(tries, MOST_DOUBLINGS), mostMillis);
    }
}
