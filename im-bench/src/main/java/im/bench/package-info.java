/**
 * The benchmarks, a command each: they start the real processes, load them at a stated rate, and print tables. Nothing
 * here is part of the product, and nothing judges a figure. Each command runs on its caller's thread; start at {@link
 * im.bench.Main}.
 */
@NullMarked
package im.bench;

import org.jspecify.annotations.NullMarked;
