package im.simulator.report;

import im.simulator.ledger.Verdict;
import java.util.List;
import java.util.Map;

/**
 * All that a run has to say.
 *
 * @param latencies from the intended send time to the callback, of all first callbacks; a receiver that was offline
 *     took its message later, and that counts
 * @param live the same, only where sender and receiver had been connected and caught up since the intended send time
 * @param foreign callbacks of messages of other runs, which a used data folder still holds
 * @param rejectedByCode rejected sends by error code, ordered by code
 * @param findings examples for people, one line each
 * @param generatorLagMillis how far the generator was behind its schedule, at most; what is above a few ms was the
 *     simulator's own machine, not the server
 * @param elapsedSeconds from the first connection attempt to the report
 * @param cpuSeconds this process's own, all threads
 */
public record RunReport(
        String runId,
        long seed,
        Verdict verdict,
        ClientCounts clients,
        Percentiles latencies,
        Percentiles live,
        long foreign,
        Map<String, Long> rejectedByCode,
        List<String> findings,
        double generatorLagMillis,
        double elapsedSeconds,
        double cpuSeconds,
        Ending ending) {

    public ExitCode exitCode() {
        return ending.judge(verdict);
    }
}
