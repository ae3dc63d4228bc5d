/**
 * What a connection is for: the session of a (uid, device). A {@link im.gateway.session.Session} is small and idle most
 * of its life; whatever it needs while something is being sent, streamed or is unacknowledged hangs on its
 * {@link im.gateway.session.ActiveSession}, which exists only then. Inbound messages go through
 * {@link im.gateway.ingress.SendLanes} to the log; outbound ones through {@link im.gateway.delivery.Delivery}. Sockets
 * are not known here. Everything runs on the connection's event loop; {@link im.gateway.session.Sessions} is the door.
 */
@NullMarked
package im.gateway.session;

import org.jspecify.annotations.NullMarked;
