/** Tests of the views and cursors in Redis, on a real one. */
@NullMarked
package im.relay.redis;

import org.jspecify.annotations.NullMarked;
