/**
 * The PROXY protocol, by which a balancer tells where a connection really comes from: which peers may say so
 * ({@link im.gateway.proxy.AddressRange}), and what they say ({@link im.gateway.proxy.ProxyHeader}, versions 1 and 2).
 * Functions over bytes without state, on any thread; who reads the bytes and closes sockets is the edge. Start with
 * {@link im.gateway.proxy.ProxyHeader}.
 */
@NullMarked
package im.gateway.proxy;

import org.jspecify.annotations.NullMarked;
