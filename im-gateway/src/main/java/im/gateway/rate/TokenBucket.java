package im.gateway.rate;

/** So many a second, and at first and after a pause what a stated time allows at once, one at least. One thread at a time. */
public final class TokenBucket {
    /** A second. */
    public static final long NANOS = 1_000_000_000L;

    private final long costNanos;
    private final long mostNanos;
    private long allowedNanos;
    private long countedNanos;

    /**
     * @param perSecond 1 or more
     * @param burstNanos what a pause is made up for
     * @param nowNanos monotonic
     */
    public TokenBucket(int perSecond, long burstNanos, long nowNanos) {
        this.costNanos = NANOS / perSecond;
        this.mostNanos = Math.max(costNanos, burstNanos);
        this.allowedNanos = mostNanos;
        this.countedNanos = nowNanos;
    }

    /** Whether one more is allowed now; then it is counted. */
    public boolean take(long nowNanos) {
        boolean allowed = has(nowNanos);
        if (allowed) {
            allowedNanos -= costNanos;
        }
        return allowed;
    }

    /** Whether one more would be. */
    public boolean has(long nowNanos) {
        allowedNanos = Math.min(mostNanos, allowedNanos + Math.max(0, nowNanos - countedNanos));
        countedNanos = nowNanos;
        return allowedNanos >= costNanos;
    }
}
