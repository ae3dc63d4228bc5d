package im.servers;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How to start a server.
 *
 * @param port on loopback; 0 = a free one, chosen once and kept over restarts
 * @param settings of the server itself, over what it needs to run here: lines of redis.conf, flags of etcd without their
 *     dashes, lines of Kafka's server.properties
 */
public record ServerOptions(int port, Lifetime lifetime, Map<String, String> settings) {
    /** A free port, no settings, and an end with this JVM. */
    public static ServerOptions defaults() {
        return new ServerOptions(0, Lifetime.THIS_JVM, Map.of());
    }

    public ServerOptions port(int chosen) {
        return new ServerOptions(chosen, lifetime, settings);
    }

    public ServerOptions lifetime(Lifetime chosen) {
        return new ServerOptions(port, chosen, settings);
    }

    public ServerOptions set(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(settings);
        more.put(name, value);
        return new ServerOptions(port, lifetime, more);
    }

    int portOrFree() {
        return port == 0 ? FreePorts.next() : port;
    }
}
