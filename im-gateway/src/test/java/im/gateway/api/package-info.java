@NullMarked
package im.gateway.api;

import org.jspecify.annotations.NullMarked;
