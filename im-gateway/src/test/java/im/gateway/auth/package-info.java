/** Tests of every bad token by its name, and of keys and minted tokens. */
@NullMarked
package im.gateway.auth;

import org.jspecify.annotations.NullMarked;
