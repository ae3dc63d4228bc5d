@NullMarked
package im.testkit.history;

import org.jspecify.annotations.NullMarked;
