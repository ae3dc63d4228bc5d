package im.relay.apply;

import im.relay.GroupEffect;

/**
 * What a message of a batch did to its group.
 *
 * @param before the place of the change before; 0 for none
 */
record EffectiveChange(GroupEffect effect, long before) {}
