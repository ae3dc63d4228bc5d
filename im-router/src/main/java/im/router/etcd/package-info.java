/**
 * Nodes and routes in etcd. {@link im.router.etcd.EtcdConnection} is the one way to the servers: deadlines, bounds,
 * breaker, and a new client when the old one does not come back by itself. {@link im.router.etcd.EtcdNodeRegistry} keeps
 * this node's lease and the list of the others, on one thread of its own; {@link im.router.etcd.EtcdRouteDirectory} keeps
 * routes under that same lease, so that they end with it. Nothing else here blocks, and nothing decides what a lapse
 * means for sessions.
 *
 * <p>Keys, after the configured prefix: {@code nodes/<slot>} (NodeRecord, under the node's lease), {@code
 * names/<role>/<name>} (slot, under the same lease), {@code incarnations/<slot>} (the last one given, without a lease),
 * {@code routes/<uid>/<device>} (RouteRecord, under the lease of the node that it names).
 */
@NullMarked
package im.router.etcd;

import org.jspecify.annotations.NullMarked;
