/**
 * The commands: {@code simulate chat}, {@code send}, {@code listen}. Reads the command line, says on stdout only what
 * scripts rely on, and ends with the exit codes of {@link im.simulator.report.ExitCode}. Start with
 * {@link im.simulator.Main}.
 */
@NullMarked
package im.simulator;

import org.jspecify.annotations.NullMarked;
