package im.relay;

/**
 * Carries what is placed, receipts and transient messages to the connections of their receivers. Best effort: a lost
 * push costs latency only.
 *
 * <p>Of every call: {@code uid} is the receiver, {@code connections} are ids on one node, the array belonging to the bus
 * from now on, and {@code wakeups} is where tasks for event loops are collected; the caller flushes them.
 */
public interface PushBus {

    void push(PlacedMessage message, String uid, long[] connections, Wakeups wakeups);

    /** Whether any connection of this process takes receipts; while none does, none need be pushed. */
    boolean takesReceipts();

    void pushReceipt(Receipt receipt, String uid, long[] connections, Wakeups wakeups);

    void pushTransient(TransientMessage message, String uid, long[] connections, Wakeups wakeups);
}
