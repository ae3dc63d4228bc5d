package im.gateway.config;

import java.util.List;

/**
 * Where the server listens.
 *
 * @param host address or name that the public listeners bind
 * @param httpPort HTTP and WebSocket; 0 for one that is chosen once and kept in the data folder
 * @param tcpPort TCP; 0 as above
 * @param adminHost address or name that the admin listener binds
 * @param adminPort health and metrics; 0 as above
 * @param allowedOrigins web origins that may open a WebSocket; {@code *} alone for any
 */
public record ListenConfig(
        String host, int httpPort, int tcpPort, String adminHost, int adminPort, List<String> allowedOrigins) {

    public ListenConfig {
        Keys.HOST.require(host);
        Keys.HTTP_PORT.require(httpPort);
        Keys.TCP_PORT.require(tcpPort);
        Keys.ADMIN_HOST.require(adminHost);
        Keys.ADMIN_PORT.require(adminPort);
        allowedOrigins = List.copyOf(allowedOrigins);
        Keys.ALLOWED_ORIGINS.require(allowedOrigins);
    }

    /** Whether a host names this machine only, judged by its text: nothing is looked up. */
    static boolean isLoopback(String host) {
        return host.equals("localhost") || host.equals("::1") || host.matches("127(\\.[0-9]{1,3}){3}");
    }
}
