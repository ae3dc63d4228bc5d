package im.servers;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a child process is started with.
 *
 * @param command program and arguments
 * @param folder its working folder, which exists
 * @param log takes its stdout and stderr, behind what is there
 * @param environment what differs from ours
 */
public record Launch(List<String> command, Path folder, Path log, Map<String, String> environment, Lifetime lifetime) {

    /**
     * The watcher reads a pipe that only our JVM holds the other end of, and so sees that it is gone however it went. The
     * process keeps the shell's pid.
     */
    private static final String UNDER_WATCH =
            "exec 3<&0 </dev/null; (read -r _ <&3; kill -9 $$) >/dev/null 2>&1 & " + "exec 3<&-; exec \"$@\"";

    private static final String ON_ITS_OWN =
            "if command -v setsid >/dev/null 2>&1; then exec setsid \"$@\" </dev/null; else exec \"$@\" </dev/null; fi";

    List<String> shellCommand() {
        List<String> words = new ArrayList<>(
                List.of("/bin/sh", "-c", lifetime == Lifetime.THIS_JVM ? UNDER_WATCH : ON_ITS_OWN, "sh"));
        words.addAll(command);
        return words;
    }
}
