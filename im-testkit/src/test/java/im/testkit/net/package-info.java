@NullMarked
package im.testkit.net;

import org.jspecify.annotations.NullMarked;
