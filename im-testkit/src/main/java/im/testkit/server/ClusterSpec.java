package im.testkit.server;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How to start a cluster of two gateways and two relays.
 *
 * @param folder of this cluster alone
 * @param settings configuration keys of all gateways, relays and the router
 * @param properties system properties of their JVMs
 */
public record ClusterSpec(Path folder, Map<String, String> settings, Map<String, String> properties) {

    /** More held than any test writes, a heartbeat of {@link ServerSpec#UNHURRIED}, and a Redis that may be slow. */
    public static ClusterSpec in(Path folder) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("session.heartbeat", ServerSpec.UNHURRIED);
        settings.put("redis.timeout", "3s");
        settings.put("presence.grace", "1s");
        settings.put("retention.messages", "1000000");
        settings.put("retention.bytes", "1GiB");
        return new ClusterSpec(folder, settings, Map.of());
    }

    public ClusterSpec set(String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(settings);
        more.put(key, value);
        return new ClusterSpec(folder, more, properties);
    }

    public ClusterSpec property(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(properties);
        more.put(name, value);
        return new ClusterSpec(folder, settings, more);
    }

    /** Flags of their JVMs. */
    List<String> flags() {
        List<String> flags = new ArrayList<>(ServerSpec.usualFlags());
        properties.forEach((name, value) -> flags.add("-D" + name + "=" + value));
        return flags;
    }
}
