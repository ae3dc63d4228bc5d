@NullMarked
package im.bench;

import org.jspecify.annotations.NullMarked;
