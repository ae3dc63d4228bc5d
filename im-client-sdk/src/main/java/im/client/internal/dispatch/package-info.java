/**
 * Where gateways are, asked of a dispatcher over HTTP and kept while it does not answer. {@link
 * im.client.internal.dispatch.EndpointChoice} is the client's list, on its event loop; {@link
 * im.client.internal.dispatch.DispatcherClient} asks, on the threads of an HTTP client that all clients share.
 */
@NullMarked
package im.client.internal.dispatch;

import org.jspecify.annotations.NullMarked;
