/** The Redis forms against their contracts and what only they promise, on real servers. */
@NullMarked
package im.router.redis;

import org.jspecify.annotations.NullMarked;
