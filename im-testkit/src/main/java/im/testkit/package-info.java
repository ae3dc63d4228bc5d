/** What tests with real servers and real clients share. */
@NullMarked
package im.testkit;

import org.jspecify.annotations.NullMarked;
