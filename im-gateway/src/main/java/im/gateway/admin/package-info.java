/**
 * What an operator's tools ask: is the process alive, should it get clients, what does it count. Its HTTP server is a
 * library's, on its own port and its own single thread; nothing here touches a connection. Start with
 * {@link im.gateway.admin.AdminServer}.
 */
@NullMarked
package im.gateway.admin;

import org.jspecify.annotations.NullMarked;
