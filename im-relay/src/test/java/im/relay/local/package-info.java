/** The local form against the contracts, and what only it promises: restarts, its folder, group commit, failures. */
@NullMarked
package im.relay.local;

import org.jspecify.annotations.NullMarked;
