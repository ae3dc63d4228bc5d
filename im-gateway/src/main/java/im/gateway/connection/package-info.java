/**
 * One socket's life, seen from above: a {@link im.gateway.connection.Connection} to write to, a
 * {@link im.gateway.connection.ConnectionListener} that hears from it, and the {@link im.gateway.connection.Loop} that
 * owns both. Nothing here knows how bytes travel; the sockets are in {@code im.gateway.edge}. Everything runs on the
 * connection's event loop. Start with {@link im.gateway.connection.Connection}.
 */
@NullMarked
package im.gateway.connection;

import org.jspecify.annotations.NullMarked;
