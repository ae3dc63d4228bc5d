package im.gateway.config;

import im.gateway.config.InvalidSettings.Fault;
import im.relay.Retention;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What a process of a cluster needs that serves no sessions: a relay, a router.
 *
 * @param dev development mode: loopback only
 * @param data folder of its pid and its ports
 * @param node its name, no other live node's of its role
 * @param host on which a router listens
 * @param adminHost address or name that the admin listener binds
 * @param adminPort health and metrics; 0 for one that is chosen once and kept in the data folder
 * @param heartbeat of the gateways' sessions, within half of which a view that fell back is found
 * @param dedupeWindow repeats of a message within this time of one another are the same message
 * @param windowEntries that many of one partition a relay remembers
 * @param retention how much of each conversation is held
 * @param drainTimeout from SIGTERM to exit, at most
 */
public record NodeConfig(
        boolean dev,
        Path data,
        String node,
        String host,
        String adminHost,
        int adminPort,
        Duration heartbeat,
        Duration dedupeWindow,
        int windowEntries,
        Retention retention,
        ClusterConfig cluster,
        Duration drainTimeout,
        LoggingConfig logging) {

    public NodeConfig {
        data = data.toAbsolutePath().normalize();
        Keys.DATA.require(data);
        Keys.NODE.require(node);
        Keys.HOST.require(host);
        Keys.ADMIN_HOST.require(adminHost);
        Keys.ADMIN_PORT.require(adminPort);
        Keys.HEARTBEAT.require(heartbeat);
        Keys.DEDUPE_WINDOW.require(dedupeWindow);
        Keys.WINDOW_ENTRIES.require(windowEntries);
        Keys.DRAIN_TIMEOUT.require(drainTimeout);
        List<Fault> faults = dev ? ListenConfig.publicFaults(host, adminHost) : List.of();
        if (!faults.isEmpty()) {
            throw new InvalidSettings(faults);
        }
    }
}
