/**
 * The HTTP interface for the app's own servers: messages, connections, presence, broadcasts. A library's server on a port
 * and a thread of its own; what it asks of sessions, log and routes goes through their ports. The routes stand in
 * {@link im.gateway.api.ApiServer} and, for those who use them, in {@code openapi.json}.
 */
@NullMarked
package im.gateway.api;

import org.jspecify.annotations.NullMarked;
