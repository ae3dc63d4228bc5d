package im.testkit.server;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How to start a cluster.
 *
 * @param folder of this cluster alone
 * @param balancer whether HAProxy stands in front of the gateways
 * @param settings configuration keys of all gateways, relays and the router
 * @param flags of their JVMs, behind those that every server here has
 */
public record ClusterSpec(
        Path folder, int gateways, int relays, boolean balancer, Map<String, String> settings, List<String> flags) {
    /** Two gateways, two relays, no balancer, heartbeat 3 s, and more held than any test writes. */
    public static ClusterSpec in(Path folder) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("session.heartbeat", "3s");
        settings.put("retention.messages", "1000000");
        settings.put("retention.bytes", "1GiB");
        return new ClusterSpec(folder, 2, 2, false, settings, List.of());
    }

    public ClusterSpec gateways(int count) {
        return new ClusterSpec(folder, count, relays, balancer, settings, flags);
    }

    public ClusterSpec relays(int count) {
        return new ClusterSpec(folder, gateways, count, balancer, settings, flags);
    }

    public ClusterSpec balanced() {
        return new ClusterSpec(folder, gateways, relays, true, settings, flags);
    }

    public ClusterSpec set(String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(settings);
        more.put(key, value);
        return new ClusterSpec(folder, gateways, relays, balancer, more, flags);
    }

    public ClusterSpec flags(String... more) {
        return new ClusterSpec(folder, gateways, relays, balancer, settings, List.of(more));
    }
}
