/**
 * Who of those that a client asks about is online, told to it and, if it subscribes, told again when that changes. What is
 * so stands in {@link im.router.Presence}; here is who wants to know: {@link im.gateway.presence.SessionPresence} of one
 * connection, {@link im.gateway.presence.LoopPresence} of one event loop, {@link im.gateway.presence.PresenceDesk} of the
 * process. A connection that asks nothing costs nothing. Event loop only, but for the desk. Start with
 * {@code LoopPresence}.
 */
@NullMarked
package im.gateway.presence;

import org.jspecify.annotations.NullMarked;
