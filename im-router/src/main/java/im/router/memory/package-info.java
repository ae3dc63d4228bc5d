/**
 * Routes of one process, in its own memory. {@link im.router.memory.MemoryRouteDirectory} spreads uids over
 * {@code RouteTable}s, each with its own lock that is held for a few probes only. Any thread; nothing here has a thread
 * of its own, and nothing survives the process.
 */
@NullMarked
package im.router.memory;

import org.jspecify.annotations.NullMarked;
