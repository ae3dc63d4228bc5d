/**
 * The relay: takes the log partition by partition into the views and tells the nodes of those who are there. Built on
 * ports only. {@link im.relay.apply.Relay} is the door; {@link im.relay.apply.PartitionApplier} tells the states of one
 * partition, {@code Seek} how it finds its place (D3, D5, D6, D8), {@code BatchSteps} the order of effects (D2),
 * {@code DedupeWindow} what a duplicate is (D11). Not here: how records come out of a log, what a view looks like, and
 * anything that has a connection.
 *
 * <p>Threads: everything of one partition runs on its {@link im.relay.apply.Lane}; a few lanes share the partitions.
 * Nothing on a lane blocks. Answers of ports are carried over to the lane, and those that nobody waits for any more are
 * dropped there.
 */
@NullMarked
package im.relay.apply;

import org.jspecify.annotations.NullMarked;
