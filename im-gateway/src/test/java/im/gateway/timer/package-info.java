@NullMarked
package im.gateway.timer;

import org.jspecify.annotations.NullMarked;
