/**
 * Who somebody is: {@link im.gateway.auth.TokenVerifier} turns a token into a uid and the time it expires, or refuses
 * it; {@link im.gateway.auth.TokenMinter} makes tokens for the command line and for development. Nothing here knows a
 * connection, and no token is ever logged. Verifying is pure computation of some tens of microseconds, safe on any
 * thread. Start with {@link im.gateway.auth.TokenVerifier}.
 */
@NullMarked
package im.gateway.auth;

import org.jspecify.annotations.NullMarked;
