/**
 * The Java client of the gateway: connect, send, receive, and nothing to do when the network fails. Holds the public
 * API and, package-private, the session behind it; what is kept between runs lies in {@code im.client.store}, sockets and
 * codecs in {@code im.client.internal.transport}, the rules of order in {@code im.client.internal.order}, none of which
 * knows this package. All state of a client is
 * confined to its event loop; methods of {@link im.client.ImClient} may be called from any thread and never block,
 * except where they say so. Start with {@link im.client.ImClient}.
 */
@NullMarked
package im.client;

import org.jspecify.annotations.NullMarked;
