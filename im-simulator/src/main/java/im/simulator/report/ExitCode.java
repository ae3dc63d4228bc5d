package im.simulator.report;

/** What a command's exit code means. */
public enum ExitCode {
    /** Done, or passed. */
    PASSED(0),
    /** A verdict against: something lost, doubled, reordered, corrupt, rejected, or an outcome still unknown. */
    VIOLATED(1),
    USAGE(2),
    /** Nothing accepted, server never reached, or the settle time was over while it was still open. */
    INCONCLUSIVE(3),
    CANNOT_START(4);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }
}
