/** How clients are spread, without servers. */
@NullMarked
package im.router.dispatch;

import org.jspecify.annotations.NullMarked;
