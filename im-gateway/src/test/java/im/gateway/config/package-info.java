/** Tests of every key at, below and above its bounds, and of the sources' precedence. */
@NullMarked
package im.gateway.config;

import org.jspecify.annotations.NullMarked;
