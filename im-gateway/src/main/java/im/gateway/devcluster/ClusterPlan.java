package im.gateway.devcluster;

import im.servers.Address;
import im.servers.FreePorts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a cluster consists of. Ports are chosen once for a folder and stay with it.
 *
 * @param balancer whether HAProxy stands in front of the gateways
 * @param ports by what listens: {@code redis}, {@code kafka}, {@code gateway-1.http}
 * @param settings keys of gateways, relays and routers, over those that they are started with anyway
 */
record ClusterPlan(
        int gateways,
        int relays,
        boolean balancer,
        SortedMap<String, Integer> ports,
        SortedMap<String, String> settings) {
    static final String REDIS = "redis";
    static final String KAFKA = "kafka";
    static final String ETCD = "etcd";
    static final String BALANCER = "haproxy";
    private static final int ROUTERS = 1;

    /** The settings that say where a server is. */
    private static final Map<String, String> ELSEWHERE =
            Map.of(KAFKA, "kafka.bootstrap", REDIS, "redis.uris", ETCD, "etcd.endpoints");

    ClusterPlan {
        ports = new TreeMap<>(ports);
        settings = new TreeMap<>(settings);
    }

    /**
     * Chooses the ports that are not there yet.
     *
     * @param before those of an earlier start
     */
    static ClusterPlan choose(
            int gateways, int relays, boolean balancer, Map<String, Integer> before, Map<String, String> settings) {
        SortedMap<String, Integer> ports = new TreeMap<>(before);
        ClusterPlan plan = new ClusterPlan(gateways, relays, balancer, ports, new TreeMap<>(settings));
        for (String listener : plan.listeners()) {
            while (!ports.containsKey(listener)) {
                int port = FreePorts.next();
                if (!ports.containsValue(port)) {
                    ports.put(listener, port);
                }
            }
        }
        return new ClusterPlan(gateways, relays, balancer, ports, plan.settings);
    }

    private List<String> listeners() {
        List<String> listeners = new ArrayList<>(
                List.of(REDIS, ETCD, KAFKA, KAFKA + ".controller", BALANCER + ".ws", BALANCER + ".tcp"));
        for (Role role : Role.values()) {
            for (String name : names(role)) {
                role.ports.forEach(port -> listeners.add(name + "." + port));
            }
        }
        return listeners;
    }

    List<String> names(Role role) {
        int count = switch (role) {
            case GATEWAY -> gateways;
            case RELAY -> relays;
            case ROUTER -> ROUTERS;
        };
        List<String> names = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            names.add(role.name(i));
        }
        return names;
    }

    /** Whether a server is of this cluster, and not elsewhere by a setting. */
    boolean has(String store) {
        String where = ELSEWHERE.get(store);
        return where == null || !settings.containsKey(where);
    }

    int port(String listener) {
        Integer port = ports.get(listener);
        if (port == null) {
            throw new IllegalArgumentException("no port of " + listener);
        }
        return port;
    }

    Address address(String listener) {
        return new Address(Address.LOOPBACK, port(listener));
    }

    String ws(String gateway) {
        return "ws://" + address(gateway + ".http") + "/v1/ws";
    }

    String tcp(String gateway) {
        return "tcp://" + address(gateway + ".tcp");
    }

    /** The one WebSocket address for clients. */
    String url() {
        return balancer ? "ws://" + address(BALANCER + ".ws") + "/v1/ws" : ws(Role.GATEWAY.name(1));
    }

    /** The one TCP address for clients. */
    String tcpUrl() {
        return balancer ? "tcp://" + address(BALANCER + ".tcp") : tcp(Role.GATEWAY.name(1));
    }

    /** The WebSocket addresses of the gateways themselves. */
    List<String> endpoints() {
        return names(Role.GATEWAY).stream().map(this::ws).toList();
    }

    /** The same for TCP. */
    List<String> tcpEndpoints() {
        return names(Role.GATEWAY).stream().map(this::tcp).toList();
    }

    String router() {
        return "http://" + address(Role.ROUTER.name(1) + ".http");
    }
}
