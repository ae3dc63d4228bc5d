/**
 * What goes out: brings one device what it has not got, in order, through a window, from pushes while it keeps up and
 * from the store otherwise; writes again what stays unacknowledged; answers pages. Knows connections, not sockets.
 * Everything runs on the connection's event loop; {@link im.gateway.delivery.Delivery} is the door.
 */
@NullMarked
package im.gateway.delivery;

import org.jspecify.annotations.NullMarked;
