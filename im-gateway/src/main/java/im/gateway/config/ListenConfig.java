package im.gateway.config;

import im.gateway.config.InvalidSettings.Fault;
import im.gateway.proxy.AddressRange;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the server listens.
 *
 * @param host address or name that the public listeners bind
 * @param httpPort HTTP and WebSocket; 0 for one that is chosen once and kept in the data folder
 * @param tcpPort TCP; 0 as above
 * @param adminHost address or name that the admin listener binds
 * @param adminPort health and metrics; 0 as above
 * @param proxies balancers, whose connections to the public listeners begin with a PROXY header, and nobody else's do
 * @param allowedOrigins web origins that may open a WebSocket or poll; {@code *} alone for any
 */
public record ListenConfig(
        String host,
        int httpPort,
        int tcpPort,
        String adminHost,
        int adminPort,
        List<String> allowedOrigins,
        List<AddressRange> proxies,
        PollingConfig polling) {

    public ListenConfig {
        Keys.HOST.require(host);
        Keys.HTTP_PORT.require(httpPort);
        Keys.TCP_PORT.require(tcpPort);
        Keys.ADMIN_HOST.require(adminHost);
        Keys.ADMIN_PORT.require(adminPort);
        allowedOrigins = List.copyOf(allowedOrigins);
        Keys.ALLOWED_ORIGINS.require(allowedOrigins);
        proxies = List.copyOf(proxies);
        Keys.PROXIES.require(proxies);
    }

    /** What stands against dev mode, which hands out tokens. */
    static List<Fault> publicFaults(String host, String adminHost) {
        String expectation = "a loopback address, as dev mode hands out tokens";
        List<Fault> faults = new ArrayList<>();
        if (!isLoopback(host)) {
            faults.add(Fault.of(Keys.HOST, host, expectation));
        }
        if (!isLoopback(adminHost)) {
            faults.add(Fault.of(Keys.ADMIN_HOST, adminHost, expectation));
        }
        return faults;
    }

    static List<Fault> publicFaults(ApiConfig api) {
        return isLoopback(api.host())
                ? List.of()
                : List.of(Fault.of(AppServersKeys.API_HOST, api.host(), "a loopback address in dev mode"));
    }

    /** Whether a host names this machine only, judged by its text: nothing is looked up. */
    static boolean isLoopback(String host) {
        return host.equals("localhost") || host.equals("::1") || host.matches("127(\\.[0-9]{1,3}){3}");
    }
}
