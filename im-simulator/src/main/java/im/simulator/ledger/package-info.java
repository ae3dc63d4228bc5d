/**
 * What a run attempted, what was accepted and what every device was given, and the verdict over it: lost, doubled,
 * reordered, corrupt, unknown. Knows numbers only (devices, conversations, messages), no names, no sockets and no clock;
 * a message costs about 40 bytes, and a bit for each device where more than 32 take part. One thread registers sends;
 * outcomes and deliveries come from any thread, those of one device one at a time. Start with
 * {@link im.simulator.ledger.Ledger}.
 */
@NullMarked
package im.simulator.ledger;

import org.jspecify.annotations.NullMarked;
