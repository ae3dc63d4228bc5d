/**
 * Puts the server together and gives it its command line: {@link im.gateway.launch.Main} reads what the operator said,
 * {@link im.gateway.launch.StandaloneServer} opens everything in order and closes it in reverse. The data folder with
 * its lock, ports and key is here too. Main thread only. Start with {@link im.gateway.launch.StandaloneServer}.
 */
@NullMarked
package im.gateway.launch;

import org.jspecify.annotations.NullMarked;
