/** The edge against real sockets, with sessions that greet and echo. Start with {@link im.gateway.edge.TestEdge}. */
@NullMarked
package im.gateway.edge;

import org.jspecify.annotations.NullMarked;
