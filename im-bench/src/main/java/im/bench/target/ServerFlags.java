package im.bench.target;

import java.lang.management.ManagementFactory;
import java.util.List;

/** The flags that the launcher gave this JVM are those of the servers too: nothing is tuned for a benchmark. */
final class ServerFlags {
    private ServerFlags() {}

    static List<String> own() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> !flag.startsWith("-agentlib") && !flag.startsWith("-javaagent"))
                .toList();
    }
}
