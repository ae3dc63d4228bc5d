// What a conversation is called here: a `peer` is the other uid, or a group by its id behind what no uid begins with.

const GROUP = 'g/';

/** The `peer` that a group is. */
export function inGroup(id) { return GROUP + id; }

/** The group that a `peer` is; empty if it is a uid. */
export function groupOf(peer) { return peer.startsWith(GROUP) ? peer.slice(GROUP.length) : ''; }

/** A conversation as the protocol names it. */
export function named(peer) { return groupOf(peer) ? { group: groupOf(peer) } : { peer }; }

/** The `peer` of a conversation that the protocol names. */
export function nameOf({ peer, group }) { return group ? inGroup(group) : peer; }
