/**
 * What a gateway of a cluster does that a single process need not: it pushes to connections of other nodes
 * ({@link im.gateway.cluster.ClusterPushBus}) and takes what others push here
 * ({@link im.gateway.cluster.PushIntake}), looks up whom a receipt is for
 * ({@link im.gateway.cluster.ReceiptPushes}), knows again what it had accepted
 * ({@link im.gateway.cluster.RememberingLog}), and does nothing in the name of a lease it no longer holds
 * ({@link im.gateway.cluster.FencedLog}, {@link im.gateway.cluster.NodeLife}). Everything here is best effort, but for
 * the log: a push that is lost costs latency. Any thread; nothing blocks. Start with
 * {@link im.gateway.cluster.NodeLife}.
 */
@NullMarked
package im.gateway.cluster;

import org.jspecify.annotations.NullMarked;
