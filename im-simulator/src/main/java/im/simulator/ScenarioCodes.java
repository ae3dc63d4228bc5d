package im.simulator;

/** What a scenario's exit codes mean, for its help. */
final class ScenarioCodes {
    static final String PASSED = "0:everything accepted arrived once and in order";
    static final String VIOLATED =
            "1:something was doubled, reordered, corrupt or rejected; or, with every client back and nothing arriving"
                    + " any more at the end of the settle time, lost or without outcome";
    static final String USAGE = "2:usage";
    static final String INCONCLUSIVE =
            "3:inconclusive: server never reached, nothing accepted, interrupted with something still missing, or the"
                    + " settle time over while messages still arrived or a client was not back";
    static final String CANNOT_START = "4:cannot start: no address, key or tokens";
    static final String HEADING = "%nExit codes:%n";
    static final String OUTPUT = "stdout stays empty unless --json -; progress and summary go to stderr.";

    private ScenarioCodes() {}
}
