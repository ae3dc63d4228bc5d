/**
 * What a group is, as a function of its log alone: its state, who is a member from where to where, what a change of
 * membership does at its place, and who may make it. Values only, for whichever thread; no store, no log. Start with
 * {@link im.relay.group.GroupState}.
 */
@NullMarked
package im.relay.group;

import org.jspecify.annotations.NullMarked;
