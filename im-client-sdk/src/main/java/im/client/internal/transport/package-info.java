/**
 * Sockets: opening one to an endpoint, the WebSocket upgrade, and frames in and out. Knows nothing of sessions, retries
 * or the API. Everything runs on the event loop given to {@link im.client.internal.transport.Dialer}, where to start.
 */
@NullMarked
package im.client.internal.transport;

import org.jspecify.annotations.NullMarked;
