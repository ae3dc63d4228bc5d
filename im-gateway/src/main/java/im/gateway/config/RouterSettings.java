package im.gateway.config;

/**
 * The router process.
 *
 * @param port where it answers clients; 0 for one that is chosen once and kept in the data folder
 * @param requestsPerSecond that it answers
 */
public record RouterSettings(int port, Choice choice, int requestsPerSecond) {

    public RouterSettings {
        ClusterKeys.ROUTER_PORT.require(port);
        ClusterKeys.ROUTER_RATE.require(requestsPerSecond);
    }

    /** How clients are spread over gateways. */
    public enum Choice {
        /** Smooth and weighted. */
        ROUND_ROBIN,
        LEAST_CONNECTIONS,
        /** Of the uid. */
        CONSISTENT_HASH
    }
}
