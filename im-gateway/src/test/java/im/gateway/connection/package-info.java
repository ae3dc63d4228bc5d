/** What a loop owns, without a loop. */
@NullMarked
package im.gateway.connection;

import org.jspecify.annotations.NullMarked;
