/** The checker against histories made by {@link im.testkit.checker.ModelServer} and by hand. */
@NullMarked
package im.testkit.checker;

import org.jspecify.annotations.NullMarked;
