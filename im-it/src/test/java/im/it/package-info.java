/**
 * The product as its users have it: a server in a process of its own, real sockets, the SDK or the bare protocol. Each
 * class starts its own server ({@link im.it.TestServer}); uids are per test, so that tests of a class do not meet.
 */
@NullMarked
package im.it;

import org.jspecify.annotations.NullMarked;
