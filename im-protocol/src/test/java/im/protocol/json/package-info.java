/** The JSON wire against protobuf's own mapping, against lenient texts, and within its bounds. */
@NullMarked
package im.protocol.json;

import org.jspecify.annotations.NullMarked;
