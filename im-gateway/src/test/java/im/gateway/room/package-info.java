@NullMarked
package im.gateway.room;

import org.jspecify.annotations.NullMarked;
