/** The memory form against the contract, and what only it promises: packing, growing and shrinking. */
@NullMarked
package im.router.memory;

import org.jspecify.annotations.NullMarked;
