package im.client;

import im.protocol.Limits;
import im.protocol.v1.Welcome;
import org.jspecify.annotations.Nullable;

/** What other threads may ask of a session; written by its event loop only. */
final class SessionView {
    private volatile ConnectionState state = ConnectionState.CLOSED;
    private volatile @Nullable String uid;
    private volatile int payloadLimit = Limits.PAYLOAD_BYTES;
    private volatile long reconnects;
    private volatile @Nullable String refusal;

    ConnectionState state() {
        return state;
    }

    void state(ConnectionState to) {
        state = to;
        if (to != ConnectionState.CLOSED) {
            refusal = null;
        }
    }

    boolean isConnected() {
        ConnectionState now = state;
        return now == ConnectionState.LIVE || now == ConnectionState.CATCHING_UP || now == ConnectionState.LAGGING;
    }

    void welcomed(Welcome welcome, boolean again) {
        uid = welcome.getUid();
        int payload = welcome.getLimits().getPayloadBytes();
        payloadLimit = payload > 0 ? payload : Limits.PAYLOAD_BYTES;
        if (again) {
            long before = reconnects;
            reconnects = before + 1;
        }
    }

    /** Null before the first Welcome. */
    @Nullable String uid() {
        return uid;
    }

    int payloadLimit() {
        return payloadLimit;
    }

    long reconnects() {
        return reconnects;
    }

    void refused(String why) {
        refusal = why;
    }

    /** Why no connection will come by itself; null while one may, or nobody asked for one. */
    @Nullable String refusal() {
        return refusal;
    }
}
