package im.servers;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How to start a server.
 *
 * @param port on loopback; 0 = a free one, chosen once and kept over restarts
 * @param logs the folder of its log; its own folder when empty
 * @param settings of the server itself, over what it needs to run here: lines of redis.conf, flags of etcd without their
 *     dashes, lines of Kafka's server.properties
 */
public record ServerOptions(int port, Lifetime lifetime, Optional<Path> logs, Map<String, String> settings) {
    /** A free port, no settings, and an end with this JVM. */
    public static ServerOptions defaults() {
        return new ServerOptions(0, Lifetime.THIS_JVM, Optional.empty(), Map.of());
    }

    public ServerOptions port(int chosen) {
        return new ServerOptions(chosen, lifetime, logs, settings);
    }

    public ServerOptions lifetime(Lifetime chosen) {
        return new ServerOptions(port, chosen, logs, settings);
    }

    public ServerOptions logs(Path folder) {
        return new ServerOptions(port, lifetime, Optional.of(folder), settings);
    }

    public ServerOptions set(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(settings);
        more.put(name, value);
        return new ServerOptions(port, lifetime, logs, more);
    }

    ServerOptions without(String name) {
        Map<String, String> fewer = new LinkedHashMap<>(settings);
        fewer.remove(name);
        return new ServerOptions(port, lifetime, logs, fewer);
    }

    /** The same with the port chosen. */
    ServerOptions settled() {
        return port == 0 ? port(FreePorts.next()) : this;
    }
}
