/**
 * What a run says: latencies, the JSON that scripts read, the summary and the progress that people read, and the exit
 * code. Decides from numbers only. Start with {@link im.simulator.report.RunReport}.
 */
@NullMarked
package im.simulator.report;

import org.jspecify.annotations.NullMarked;
