package im.gateway.config;

import java.util.List;

/**
 * The HTTP interface for the app's own servers; it is not opened without a key.
 *
 * @param host address or name that it binds
 * @param port 0 for one that is chosen once and kept in the data folder
 * @param systemUid in whose name messages go that name no sender
 * @param requestsPerSecond of one key
 * @param broadcastPerSecond messages of all broadcasts together
 */
public record ApiConfig(
        String host, int port, List<ApiKey> keys, String systemUid, int requestsPerSecond, int broadcastPerSecond) {

    public ApiConfig {
        AppServersKeys.API_HOST.require(host);
        AppServersKeys.API_PORT.require(port);
        keys = List.copyOf(keys);
        AppServersKeys.API_KEYS.require(keys);
        AppServersKeys.SYSTEM_UID.require(systemUid);
        AppServersKeys.API_RATE.require(requestsPerSecond);
        AppServersKeys.BROADCAST_RATE.require(broadcastPerSecond);
    }

    public boolean isOpen() {
        return !keys.isEmpty();
    }
}
