package im.testkit.checker;

import im.testkit.history.Event;

/** An event and where it stands in the history. */
record Entry<E extends Event>(int index, E event) {}
