/**
 * The real server as a child process: {@link im.testkit.server.ServerProcess}, a cluster of
 * them, {@link im.testkit.server.ClusterProcess}, and tokens that they take. Whoever starts
 * one closes it; what a test leaves behind dies with the test's JVM.
 */
@NullMarked
package im.testkit.server;

import org.jspecify.annotations.NullMarked;
