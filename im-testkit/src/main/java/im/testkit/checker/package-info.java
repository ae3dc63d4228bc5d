/**
 * Decides from a history whether the contract was kept. {@link im.testkit.checker.ContractChecker} says what is decided
 * how; one class per group of rules does it, over a {@link im.testkit.checker.HistoryIndex} that is built once. Pure
 * functions of the events: no clock, no thread, no server.
 */
@NullMarked
package im.testkit.checker;

import org.jspecify.annotations.NullMarked;
