package im.router.etcd;

import im.router.NodeId;

/**
 * The lease that this process holds, and who it is by it.
 *
 * @param lease etcd's id of it
 * @param revision at which the slot's key was created; another means another holder
 */
record HeldLease(NodeId id, long lease, long revision) {}
