/**
 * Clients that send at stated times whatever the server does, and record how long it took: one event loop for all of
 * them, no SDK, as little work per message as the protocol allows. Start at {@link im.bench.load.Clients}.
 */
@NullMarked
package im.bench.load;

import org.jspecify.annotations.NullMarked;
