package im.router;

/**
 * Whether a uid is there, at one moment.
 *
 * @param connected whether it has a connection
 * @param lastSeenMs milliseconds since 1970 when its last connection ended, as far as anybody noted; 0 where nobody did.
 *     Of a uid that is connected it means nothing
 * @param graceMs how long it counts as online although nobody is connected; 0 when it does not, and while it is connected
 * @param asOfMs when this was so, by the clock of {@code lastSeenMs}
 */
public record PresenceState(boolean connected, long lastSeenMs, long graceMs, long asOfMs) {

    /**
     * A uid that left may come back within {@code graceMs}, and was never away then. A time that is still to come was noted
     * before the clock was set back: there is no telling how long ago that is, so it gives no grace.
     */
    public static PresenceState of(boolean connected, long lastSeenMs, long asOfMs, long graceMs) {
        boolean isTold = !connected && lastSeenMs != 0 && lastSeenMs <= asOfMs;
        long left = isTold ? Math.max(0, lastSeenMs + graceMs - asOfMs) : 0;
        return new PresenceState(connected, lastSeenMs, left, asOfMs);
    }

    public boolean isOnline() {
        return connected || graceMs > 0;
    }
}
