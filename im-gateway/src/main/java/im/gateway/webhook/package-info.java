/**
 * Tells the app's own server what happens, and asks it before a message is accepted, with signed requests
 * (docs/server-api.md). What has happened waits in a bounded queue and is sent in order, one request at a time. Nothing
 * here runs on an event loop, which only hands over. Start with {@link im.gateway.webhook.Webhooks}.
 */
@NullMarked
package im.gateway.webhook;

import org.jspecify.annotations.NullMarked;
