package im.gateway.config;

import im.gateway.config.InvalidSettings.Fault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything that can be set, checked.
 *
 * @param dev development mode: loopback only, makes its own key, hands out tokens
 * @param data folder of everything that must survive a restart
 * @param node this node's name, told to clients
 * @param drainTimeout from SIGTERM to exit, at most
 * @param cluster read by a gateway of a cluster only
 * @param appServers where the app's own servers take part
 */
public record ServerConfig(
        boolean dev,
        Path data,
        String node,
        ListenConfig listen,
        SessionConfig session,
        MessageLogConfig messageLog,
        AuthConfig auth,
        Duration drainTimeout,
        IoConfig io,
        LoggingConfig logging,
        ClusterConfig cluster,
        AppServersConfig appServers) {

    public ServerConfig {
        data = data.toAbsolutePath().normalize();
        Keys.DATA.require(data);
        Keys.NODE.require(node);
        Keys.DRAIN_TIMEOUT.require(drainTimeout);
        List<Fault> faults = new ArrayList<>(portFaults(listen, appServers.api()));
        if (dev) {
            faults.addAll(ListenConfig.publicFaults(listen.host(), listen.adminHost()));
            faults.addAll(ListenConfig.publicFaults(appServers.api()));
        } else {
            faults.addAll(productionFaults(auth));
        }
        if (!faults.isEmpty()) {
            throw new InvalidSettings(faults);
        }
    }

    private static List<Fault> portFaults(ListenConfig listen, ApiConfig api) {
        List<Fault> faults = new ArrayList<>();
        Map<Integer, Key<Integer>> taken = new HashMap<>();
        List<Map.Entry<Key<Integer>, Integer>> ports = List.of(
                Map.entry(Keys.HTTP_PORT, listen.httpPort()),
                Map.entry(Keys.TCP_PORT, listen.tcpPort()),
                Map.entry(Keys.ADMIN_PORT, listen.adminPort()),
                Map.entry(AppServersKeys.API_PORT, api.isOpen() ? api.port() : 0));
        for (var port : ports) {
            Key<Integer> other = port.getValue() == 0 ? null : taken.put(port.getValue(), port.getKey());
            if (other != null) {
                faults.add(Fault.of(port.getKey(), port.getValue(), "another port than that of " + other.name()));
            }
        }
        return faults;
    }

    private static List<Fault> productionFaults(AuthConfig auth) {
        String expectation = "the file that holds the HS256 key of your tokens; or start with --dev to try things out";
        return auth.keyFile().isPresent() ? List.of() : List.of(Fault.of(Keys.KEY_FILE, auth.keyFile(), expectation));
    }
}
