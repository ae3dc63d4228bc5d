/**
 * An example of an interceptor that can be used as it is: it masks or refuses words, and refuses who writes too fast.
 * Start with {@link im.filter.WordAndRateFilter}.
 */
@NullMarked
package im.filter;

import org.jspecify.annotations.NullMarked;
