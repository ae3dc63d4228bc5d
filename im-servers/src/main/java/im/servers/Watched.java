package im.servers;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The processes that end with this JVM. Holding a process holds the pipe by which its watcher knows of us. */
final class Watched {
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(Watched::killAll, "kill-servers"));
    }

    private static final int GONE_SECONDS = 10;

    private Watched() {}

    static void keep(Process process) {
        RUNNING.add(process);
        process.onExit().thenRun(() -> RUNNING.remove(process));
    }

    /** Its watcher reads the end of the pipe, and kills it. */
    private static void letGo(Process process) {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            process.destroyForcibly();
        }
    }

    /** Returns when they are gone, so that their folders can be deleted. */
    static void killAll() {
        RUNNING.forEach(Watched::letGo);
        RUNNING.forEach(process -> process.onExit()
                .completeOnTimeout(process, GONE_SECONDS, TimeUnit.SECONDS)
                .join());
    }
}
