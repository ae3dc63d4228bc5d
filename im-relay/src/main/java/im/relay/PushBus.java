package im.relay;

import im.router.Route;
import im.router.Routes;

/**
 * Carries what is placed, receipts and transient messages to the connections of their receivers. Best effort: a lost
 * push costs latency only.
 *
 * <p>Of every call: {@code uid} is the receiver, {@code routes} say where, and {@code wakeups} is where tasks for event loops are collected; the caller flushes them.
 */
public interface PushBus {

    void push(PlacedMessage message, String uid, Routes routes, Wakeups wakeups);

    /** A message of a group, for all its members of this process; once, however many they are. */
    void pushGroup(GroupPush push, Wakeups wakeups);

    /** What the uid is to a group has changed: its sessions enter or leave, and compare. */
    void pushMembership(String group, String uid, Routes routes, Wakeups wakeups);

    /** Whether any connection of this process takes receipts; while none does, none need be pushed. */
    boolean takesReceipts();

    void pushReceipt(Receipt receipt, String uid, Routes routes, Wakeups wakeups);

    void pushTransient(TransientMessage message, String uid, Routes routes, Wakeups wakeups);

    /** Tells another node that one of its connections was displaced by a newer one of its device. */
    void displaced(Route route);

    /** Tells another node to close one of its connections of the uid for good. */
    void removed(String uid, Route route);
}
