package im.servers;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a child process is started with. It keeps the pid of the shell that prepares it.
 *
 * @param command program and arguments
 * @param folder its working folder
 * @param log takes its stdout and stderr, behind what is there
 * @param environment what differs from ours
 * @param held a file that it holds a shared lock on while it lives, where there is a flock command
 */
record Launch(
        List<String> command,
        Path folder,
        Path log,
        Map<String, String> environment,
        Lifetime lifetime,
        Optional<Path> held) {

    /** Its watcher reads a pipe whose other end only our JVM holds, and so sees that it is gone however it went. */
    private static final String UNDER_WATCH =
            "exec 3<&0 </dev/null; (read -r _ <&3; kill -9 $$) >/dev/null 2>&1 & " + "exec 3<&-; exec \"$@\"";

    /** Not in our session, so that no terminal's end and no signal to our group reaches it. */
    private static final String ON_ITS_OWN =
            "exec </dev/null; " + "command -v setsid >/dev/null 2>&1 && exec setsid \"$@\"; exec \"$@\"";

    private static final String HOLDING =
            "exec 9<\"$0\"; command -v flock >/dev/null 2>&1 && flock -n -s 9; exec \"$@\"";

    List<String> shellCommand() {
        List<String> words = new ArrayList<>(
                List.of("/bin/sh", "-c", lifetime == Lifetime.THIS_JVM ? UNDER_WATCH : ON_ITS_OWN, "sh"));
        held.ifPresent(file -> words.addAll(List.of("/bin/sh", "-c", HOLDING, file.toString())));
        words.addAll(command);
        return words;
    }
}
