/**
 * Where log events go: to stderr, as text or JSON, with no control character of a peer's in them, through a bounded
 * queue so that a stuck terminal cannot hold up an event loop. What is logged is decided where it is logged. Start with
 * {@link im.gateway.logging.LogOutput}.
 */
@NullMarked
package im.gateway.logging;

import org.jspecify.annotations.NullMarked;
