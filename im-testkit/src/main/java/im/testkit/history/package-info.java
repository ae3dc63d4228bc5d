/**
 * What the clients of a test saw, as a list of values: {@link im.testkit.history.Event}s in a
 * {@link im.testkit.history.History}, written through one {@link im.testkit.history.Recorder} per run of an app. Any
 * thread may record. Nothing here judges; that is {@code im.testkit.checker}. Start with {@code Event}.
 */
@NullMarked
package im.testkit.history;

import org.jspecify.annotations.NullMarked;
