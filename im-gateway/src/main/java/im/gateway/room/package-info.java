/**
 * Groups on one event loop: who of its sessions is a member, and how a message reaches all of them at the price of one
 * encoding and in slices, so that nothing else of the loop waits for it. A room has no history and makes no copies: what
 * it cannot prove to be whole it reads from the store. Event loop only. Start with {@link im.gateway.room.Rooms}.
 */
@NullMarked
package im.gateway.room;

import org.jspecify.annotations.NullMarked;
