/** Webhooks against real sockets that answer well, badly or not at all. */
@NullMarked
package im.gateway.webhook;

import org.jspecify.annotations.NullMarked;
