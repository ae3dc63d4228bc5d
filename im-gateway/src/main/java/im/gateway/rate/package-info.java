/** How often something may be done, and how long to wait before it is tried again. */
@NullMarked
package im.gateway.rate;

import org.jspecify.annotations.NullMarked;
