/** Tests of the data folder, of the server in this process, and of the command line as a process of its own. */
@NullMarked
package im.gateway.launch;

import org.jspecify.annotations.NullMarked;
