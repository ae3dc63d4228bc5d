/**
 * Traffic with faults on one server: {@link im.testkit.load.Stage} holds the apps, their proxies and the history, and
 * judges at the end; the workloads beside it drive one. What is random comes from one printed seed, so that a schedule
 * can be run again; the times at which threads and sockets act are not replayed.
 */
@NullMarked
package im.testkit.load;

import org.jspecify.annotations.NullMarked;
