package im.it;

import java.util.ArrayList;
import java.util.List;

/** Faults of the disk, by strace. */
final class Strace {
    private static final String ONLY_WHAT_IS_TRACED = "--seccomp-bpf";

    private Strace() {}

    /** Skips the test where it does not work. */
    static void needed() {
        Needs.working("strace", "-f", "-e", "trace=none", "-o", "/dev/null", "true");
    }

    /**
     * A command that runs the one behind it. All other calls run at full speed where strace and the kernel can do so.
     *
     * @param fault as {@code -e inject=} takes it, without the call
     */
    static String[] injecting(String call, String fault) {
        List<String> command = new ArrayList<>(List.of("strace", "-f", "-qq"));
        if (Needs.works("strace", "-f", ONLY_WHAT_IS_TRACED, "-e", "trace=" + call, "-o", "/dev/null", "true")) {
            command.add(ONLY_WHAT_IS_TRACED);
        }
        command.addAll(List.of("-e", "trace=" + call, "-e", "inject=" + call + ":" + fault, "-o", "/dev/null"));
        return command.toArray(String[]::new);
    }
}
