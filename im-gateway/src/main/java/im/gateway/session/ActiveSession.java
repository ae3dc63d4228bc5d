package im.gateway.session;

import im.gateway.delivery.Delivery;
import im.gateway.ingress.SendLanes;
import im.gateway.ingress.TransientLane;

/**
 * What a session owns only while something is unacknowledged, streamed, asked for or being sent. Event loop only.
 */
final class ActiveSession {
    final Delivery delivery;
    final SendLanes sends;
    final TransientLane transients;
    final ClaimedPositions positions;

    /** {@link im.gateway.connection.Loop#nowMillis()} of the last thing that happened. */
    long lastUsedMillis;

    ActiveSession(
            Delivery delivery, SendLanes sends, TransientLane transients, ClaimedPositions positions, long nowMillis) {
        this.delivery = delivery;
        this.sends = sends;
        this.transients = transients;
        this.positions = positions;
        this.lastUsedMillis = nowMillis;
    }

    /** Whether a row can hold all there is to know (D27), the quiet time apart. */
    boolean isQuiet() {
        return positions.isQuiet() && delivery.isQuiet() && sends.isQuiet();
    }

    void close() {
        positions.writeGathered();
        delivery.close();
        sends.close();
    }

    @Override
    public String toString() {
        return delivery + " sends=" + (sends.isQuiet() ? "quiet" : "busy") + " " + positions;
    }
}
