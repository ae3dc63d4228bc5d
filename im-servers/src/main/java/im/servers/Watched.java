package im.servers;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The processes that end with this JVM. Holding a process holds the pipe by which its watcher knows of us. */
final class Watched {
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(Watched::killAll, "kill-servers"));
    }

    private Watched() {}

    static void keep(Process process) {
        RUNNING.add(process);
        process.onExit().thenRun(() -> RUNNING.remove(process));
    }

    private static void killAll() {
        RUNNING.forEach(Process::destroyForcibly);
    }
}
