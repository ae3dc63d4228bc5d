/** What every form of the ports must keep: the contract classes are extended by one test class a form. */
@NullMarked
package im.relay;

import org.jspecify.annotations.NullMarked;
