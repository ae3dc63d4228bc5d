package im.router;

import java.util.List;
import java.util.Map;

/**
 * What a node tells the others of itself.
 *
 * @param name the operator's name for it, an id; no two live nodes of a role have the same
 * @param endpoints where clients reach it, such as {@code ws} → {@code ws://10.0.0.7:8080/v1/ws}; empty unless it is a
 *     gateway
 * @param load what the dispatcher weighs; zeros unless it is a gateway
 * @param draining whether it takes no new clients any more
 */
public record NodeInfo(Role role, String name, Map<String, String> endpoints, Load load, boolean draining) {

    public NodeInfo {
        endpoints = Map.copyOf(endpoints);
    }

    /** What a process does. */
    public enum Role {
        GATEWAY,
        RELAY,
        ROUTER
    }

    /**
     * @param connections open at the moment
     * @param cpu share of its cores in use, 0 to 1
     * @param memory share of its heap in use after collection, 0 to 1
     * @param troubles what is not as it should be, in words; empty when it is healthy
     */
    public record Load(int connections, double cpu, double memory, List<String> troubles) {
        public static final Load NONE = new Load(0, 0, 0, List.of());

        public Load {
            troubles = List.copyOf(troubles);
        }
    }
}
