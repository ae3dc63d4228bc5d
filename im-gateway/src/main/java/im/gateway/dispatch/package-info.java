/**
 * The dispatcher over HTTP: {@link im.gateway.dispatch.EndpointServer} tells clients which gateways to use, {@link
 * im.gateway.dispatch.NodesPage} tells operators which nodes there are. What is chosen, and from what, is
 * {@code im.router.dispatch}'s. Everything runs on the listener's one event loop and asks nobody.
 */
@NullMarked
package im.gateway.dispatch;

import org.jspecify.annotations.NullMarked;
