package im.simulator.report;

import im.simulator.ledger.Verdict;

/**
 * How a run ended, as far as the verdict over it depends on that.
 *
 * @param trouble why it could not be run to its end, for people; empty if it could
 * @param interrupted by a signal: it was not waited for what was still missing
 * @param allLive every client was connected and caught up at the end
 * @param moving outcomes or callbacks still came shortly before the end
 */
public record Ending(String trouble, boolean interrupted, boolean allLive, boolean moving) {

    /** What is proved counts against; what is missing does only if there was a fair chance to arrive. */
    public ExitCode judge(Verdict verdict) {
        if (verdict.violated()) {
            return ExitCode.VIOLATED;
        }
        if (verdict.accepted() == 0 || !trouble.isEmpty()) {
            return ExitCode.INCONCLUSIVE;
        }
        if (!verdict.incomplete()) {
            return ExitCode.PASSED;
        }
        return interrupted || !allLive || moving ? ExitCode.INCONCLUSIVE : ExitCode.VIOLATED;
    }

    /** Why it is inconclusive, for people. */
    String whyInconclusive(Verdict verdict) {
        if (!trouble.isEmpty()) {
            return trouble;
        }
        if (verdict.accepted() == 0) {
            return "nothing was accepted";
        }
        if (interrupted) {
            return "interrupted before everything had arrived";
        }
        return allLive
                ? "the settle time was over while messages still arrived; try a longer --settle"
                : "the settle time was over before every client was back; try a longer --settle";
    }
}
