@NullMarked
package im.relay.group;

import org.jspecify.annotations.NullMarked;
