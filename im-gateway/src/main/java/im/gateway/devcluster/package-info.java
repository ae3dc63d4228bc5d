/**
 * A whole cluster on one machine, for trying out and for tests: Redis, etcd, Kafka, gateways, relays, a router and, where
 * it is installed, HAProxy, each a process of its own with a log of its own. It starts, kills and watches them and speaks
 * for none of them; what each is started with stands in {@link im.gateway.devcluster.NodeSettings}. Everything here
 * blocks.
 *
 * <p>Start at {@link im.gateway.devcluster.DevCluster}.
 */
@NullMarked
package im.gateway.devcluster;

import org.jspecify.annotations.NullMarked;
