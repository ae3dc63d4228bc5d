/** What every form of the ports must keep: the contract class is extended by one test class a form. */
@NullMarked
package im.router;

import org.jspecify.annotations.NullMarked;
