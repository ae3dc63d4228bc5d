package im.gateway.launch;

/** What the process says to scripts when it ends. */
final class ExitCode {
    static final int DONE = 0;
    /** A verdict against what was looked at. */
    static final int AGAINST = 1;

    static final int USAGE = 2;
    static final int CANNOT_START = 4;

    private ExitCode() {}
}
