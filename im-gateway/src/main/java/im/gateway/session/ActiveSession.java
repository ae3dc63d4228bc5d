package im.gateway.session;

/**
 * What a session owns only while something is unacknowledged, streamed, asked for or being sent. Event loop only.
 */
final class ActiveSession {
    final Delivery delivery;
    final SendLanes sends;
    final TransientLane transients;

    /** Cursor writes that are not on disk yet (D27). */
    int cursorWrites;

    /** {@link im.gateway.connection.Loop#nowMillis()} of the last thing that happened. */
    long lastUsedMillis;

    ActiveSession(Delivery delivery, SendLanes sends, TransientLane transients, long nowMillis) {
        this.delivery = delivery;
        this.sends = sends;
        this.transients = transients;
        this.lastUsedMillis = nowMillis;
    }

    /** Whether a row can hold all there is to know (D27), the quiet time apart. */
    boolean isQuiet() {
        return cursorWrites == 0 && delivery.isQuiet() && sends.isQuiet();
    }

    void close() {
        delivery.close();
        sends.close();
    }

    @Override
    public String toString() {
        return delivery + " sends=" + (sends.isQuiet() ? "quiet" : "busy") + " cursorWrites=" + cursorWrites;
    }
}
