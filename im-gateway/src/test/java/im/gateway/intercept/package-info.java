/** Interceptors on their own threads. */
@NullMarked
package im.gateway.intercept;

import org.jspecify.annotations.NullMarked;
