/** The dispatcher's HTTP, over real sockets. */
@NullMarked
package im.gateway.dispatch;

import org.jspecify.annotations.NullMarked;
