/**
 * The rules of order and safety of a client's session, without I/O, clocks or threads of their own: what may be sent
 * next ({@link im.client.internal.order.Outbox}), what may be shown to the app
 * ({@link im.client.internal.order.Inbox}), what may be acknowledged, how long to wait. Single-threaded: the caller
 * confines each object to its event loop.
 */
@NullMarked
package im.client.internal.order;

import org.jspecify.annotations.NullMarked;
