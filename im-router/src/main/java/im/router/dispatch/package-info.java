/**
 * Which gateway a client should use. {@link im.router.dispatch.Dispatcher} takes what the registry knows, leaves out what
 * takes no clients, and lets a {@link im.router.dispatch.Choice} put the rest in order. Nothing here asks a server or
 * speaks HTTP, and nothing has a thread; any thread may ask.
 */
@NullMarked
package im.router.dispatch;

import org.jspecify.annotations.NullMarked;
