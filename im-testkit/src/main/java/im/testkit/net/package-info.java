/**
 * Faults between a client and a server: {@link im.testkit.net.TcpProxy}. It knows bytes and no protocol. Two threads a
 * connection; tests only.
 */
@NullMarked
package im.testkit.net;

import org.jspecify.annotations.NullMarked;
