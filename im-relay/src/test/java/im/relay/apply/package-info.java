/**
 * Tests of the relay. {@code SimWorld} is a world in one thread: lanes, answers and faults happen in an order that a
 * seed decides; {@code ModelLog}, {@code ModelView} and {@code ModelIndex} are honest forms of the ports, as lists and
 * maps, which can fall back to an older snapshot or lose everything.
 */
@NullMarked
package im.relay.apply;

import org.jspecify.annotations.NullMarked;
