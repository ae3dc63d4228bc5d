/** Tests of the admin pages over real HTTP. */
@NullMarked
package im.gateway.admin;

import org.jspecify.annotations.NullMarked;
