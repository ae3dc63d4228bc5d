/**
 * What a device keeps between the runs of its app: how far it has each conversation, what it was about to send, until
 * when it is complete. {@link im.client.store.ClientStore} is the door: {@link im.client.store.FileStore} is the form
 * that comes with the client, an app may bring its own and commit a message and its cursor together. Stores block; the
 * client calls them on a thread for stores, one call at a time, never on an event loop. Nothing here knows connections.
 */
@NullMarked
package im.client.store;

import org.jspecify.annotations.NullMarked;
