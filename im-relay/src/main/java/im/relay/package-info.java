/**
 * How a message moves: {@link im.relay.MessageLog} makes it durable and puts it in order,
 * {@link im.relay.ConversationStore} reads it back, {@link im.relay.CursorStore} keeps how far each device got,
 * {@link im.relay.PushBus} hands it to the connections that are there. This package holds the ports and their values;
 * the form on local disk is {@code im.relay.local}, that on Kafka {@code im.relay.kafka}.
 *
 * <p>All ports are asynchronous: no call blocks, and every result is run on the <em>lane</em> that the caller names,
 * an executor that owns the caller's state, in practice its event loop.
 */
@NullMarked
package im.relay;

import org.jspecify.annotations.NullMarked;
