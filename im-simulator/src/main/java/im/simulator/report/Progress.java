package im.simulator.report;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** How far a run is: one line redrawn on a terminal, elsewhere a plain line at each phase and every few seconds. One thread. */
public final class Progress {
    private static final int WIDTH = 24;
    private static final long PLAIN_INTERVAL_NANOS = Duration.ofSeconds(5).toNanos();
    private static final String ERASE_LINE = "\r\033[K";

    private final PrintStream out;
    private final boolean terminal;
    private long lastPlainNanos;
    private String lastPhase = "";
    private boolean drawn;

    /**
     * @param terminal whether {@code out} is one
     */
    public Progress(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /**
     * Tells; often is fine.
     *
     * @param phase one word
     * @param fraction done of the phase, 0–1
     */
    public void tell(String phase, double fraction, String text, long nowNanos) {
        if (terminal) {
            out.print(ERASE_LINE + phase + " " + bar(fraction) + " " + text);
            out.flush();
            drawn = true;
        } else if (!phase.equals(lastPhase) || nowNanos - lastPlainNanos >= PLAIN_INTERVAL_NANOS) {
            lastPhase = phase;
            lastPlainNanos = nowNanos;
            out.println(phase + " " + Math.round(fraction * 100) + "% " + text);
        }
    }

    /** Leaves the terminal's line empty for what comes next. */
    public void clear() {
        if (drawn) {
            out.print(ERASE_LINE);
            out.flush();
            drawn = false;
        }
    }

    private static String bar(double fraction) {
        int full = (int) Math.round(Math.min(Math.max(fraction, 0), 1) * WIDTH);
        return "[" + "#".repeat(full) + "-".repeat(WIDTH - full) + "]";
    }

    /** Whether this process's stderr is a terminal; where the system does not tell, whether it has a console. */
    public static boolean stderrIsTerminal() {
        Path stderr = Path.of("/proc/self/fd/2");
        try {
            String target = Files.readSymbolicLink(stderr).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            return System.console() != null;
        }
    }
}
