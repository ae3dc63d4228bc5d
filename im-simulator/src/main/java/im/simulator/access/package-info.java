/**
 * How to get at a gateway: the address, from a URL or from the {@code endpoints.json} of a data folder, and the tokens,
 * minted with a key in memory or read from a file. Opens no connection; no thread of its own. Start with
 * {@link im.simulator.access.Access}.
 */
@NullMarked
package im.simulator.access;

import org.jspecify.annotations.NullMarked;
