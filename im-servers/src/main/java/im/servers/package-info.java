/**
 * Redis, etcd, Kafka and HAProxy as child processes of this machine, for tests and for a cluster on one machine: start,
 * kill, pause, start again on the same port and data. It speaks to none of them beyond asking whether they answer.
 *
 * <p>Start at {@link im.servers.Servers} for servers that the tests of a JVM share, at
 * {@link im.servers.RedisServer#start} and its likes for one of one's own, and at {@link im.servers.Requirement} for what
 * a test does where a server is missing. Everything here blocks; one thread at a time per server, but for
 * {@link im.servers.Server#kill}.
 */
@NullMarked
package im.servers;

import org.jspecify.annotations.NullMarked;
