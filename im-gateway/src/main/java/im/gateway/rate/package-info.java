/** How often something may be done. */
@NullMarked
package im.gateway.rate;

import org.jspecify.annotations.NullMarked;
