/**
 * Programs to start one's own from, a file each, on {@code im.client} and nothing else: {@link im.examples.EchoBot},
 * {@link im.examples.OwnTransaction}, {@link im.examples.HistoryBrowser}. They print and wait as small programs do; a
 * test runs them against a real gateway.
 */
@NullMarked
package im.examples;

import org.jspecify.annotations.NullMarked;
