/** Tests of how events are written. */
@NullMarked
package im.gateway.logging;

import org.jspecify.annotations.NullMarked;
