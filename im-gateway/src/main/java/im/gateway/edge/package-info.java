/**
 * The public edge: listeners, handshakes, and {@link im.gateway.connection.Connection} on Netty channels, for WebSocket
 * and TCP. What is read is checked for shape and size and given to a session as frames; what a frame means, tokens
 * included, is decided behind {@link im.gateway.connection.SessionOpener}. Accepting has a thread of its own, everything
 * else runs on the connection's event loop. Start with {@link im.gateway.edge.EdgeServer}; the life of one connection is
 * in {@link im.gateway.edge.NettyConnection}.
 */
@NullMarked
package im.gateway.edge;

import org.jspecify.annotations.NullMarked;
