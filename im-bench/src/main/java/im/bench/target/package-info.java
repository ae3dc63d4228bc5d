/**
 * What is measured: a cluster or a single server in processes of their own, the processor time that each has used, and
 * what its metrics say. Calls block. Start at {@link im.bench.target.Target}.
 */
@NullMarked
package im.bench.target;

import org.jspecify.annotations.NullMarked;
