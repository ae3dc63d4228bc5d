package im.gateway.config;

import im.router.TlsFiles;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The nodes' leases, and if so chosen the routes, in etcd.
 *
 * @param tlsFiles for https://
 * @param timeout of one request
 * @param prefix of every key
 */
public record EtcdSettings(
        List<URI> endpoints,
        Optional<String> username,
        Optional<Secret> password,
        TlsFiles tlsFiles,
        Duration timeout,
        String prefix) {

    public EtcdSettings {
        endpoints = List.copyOf(endpoints);
        ClusterKeys.ETCD_ENDPOINTS.require(endpoints);
        ClusterKeys.ETCD_USERNAME.require(username);
        ClusterKeys.ETCD_PASSWORD.require(password);
        ClusterKeys.ETCD_TIMEOUT.require(timeout);
        ClusterKeys.ETCD_PREFIX.require(prefix);
    }
}
