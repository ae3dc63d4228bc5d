/** What gateways of a cluster tell each other, without servers. */
@NullMarked
package im.gateway.cluster;

import org.jspecify.annotations.NullMarked;
