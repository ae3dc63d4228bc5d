package im.client;

/** Where a client stands towards the gateway. */
public enum ConnectionState {
    /** A socket is being opened, or the gateway has not said Welcome yet. */
    CONNECTING,
    /** Welcome: what was missed is being delivered. Sends go out. */
    CATCHING_UP,
    /** Everything missed was delivered; new messages arrive as they are accepted. */
    LIVE,
    /** This client takes messages too slowly for live push; the gateway streams what it misses, then LIVE again. */
    LAGGING,
    /** The connection was lost or refused for now; the next attempt is scheduled. */
    WAITING,
    /**
     * No connection, and none wanted: before {@link ImClient#connect()}, after {@link ImClient#disconnect()}, after a
     * refusal for good (displaced by a newer connection, token refused, …), after {@link ImClient#shutdown()}.
     */
    CLOSED
}
