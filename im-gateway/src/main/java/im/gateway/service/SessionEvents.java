package im.gateway.service;

import im.protocol.CloseReason;
import im.relay.AppendRequest;

/** Hears what sessions do. Called on event loops: never blocks, and does no work of note. */
public interface SessionEvents {
    /** Nobody hears. */
    SessionEvents NONE = new SessionEvents() {};

    /** A connection was welcomed. */
    default void connected(String uid, String device, long connection, String platform) {}

    /** One that was welcomed has ended; its route is being removed. */
    default void disconnected(String uid, String device, long connection, CloseReason reason) {}

    /** A message of a client is durable; again for each repeat of it. */
    default void accepted(AppendRequest request, long acceptedMs) {}
}
