/** Sessions on the test's own thread and clock: no sockets, no server, every answer given when the test says so. */
@NullMarked
package im.gateway.session;

import org.jspecify.annotations.NullMarked;
