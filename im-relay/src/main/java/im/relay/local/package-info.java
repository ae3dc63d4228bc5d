/**
 * Log, store and cursors on one local disk, for a server that is one process. {@link im.relay.local.LocalStore} is the
 * door: it opens the folder and hands out the three ports; {@link im.relay.local.Keyspace} tells what lies where;
 * {@link im.relay.local.LocalRelay} pushes what has been committed. Not here: who may send what, and connections.
 *
 * <p>Threads: one writer ({@code im-log-writer}) owns all that is written and everything in {@code LogWriter} and
 * {@code Commit}; a small pool ({@code im-store-read}) reads. Results run on the lanes that the callers name.
 */
@NullMarked
package im.relay.local;

import org.jspecify.annotations.NullMarked;
