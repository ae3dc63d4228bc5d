/**
 * Who is connected where. {@link im.router.RouteDirectory} is the port; its in-process form is
 * {@code im.router.memory}. A route is a hint, never the truth: losing one costs latency only.
 */
@NullMarked
package im.router;

import org.jspecify.annotations.NullMarked;
