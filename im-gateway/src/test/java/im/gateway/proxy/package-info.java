/** Headers of balancers, below, at and above every bound. */
@NullMarked
package im.gateway.proxy;

import org.jspecify.annotations.NullMarked;
