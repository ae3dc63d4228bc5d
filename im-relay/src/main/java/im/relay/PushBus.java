package im.relay;

/** Carries placed messages to the connections of their receivers. Best effort: a lost push costs latency only. */
public interface PushBus {

    /**
     * @param uid the receiver
     * @param connections ids of connections on one node; the array belongs to the bus from now on
     * @param wakeups where tasks for event loops are collected; the caller flushes them
     */
    void push(PlacedMessage message, String uid, long[] connections, Wakeups wakeups);
}
