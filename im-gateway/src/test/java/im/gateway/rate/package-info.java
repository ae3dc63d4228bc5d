@NullMarked
package im.gateway.rate;

import org.jspecify.annotations.NullMarked;
