package im.bench.target;

import im.gateway.devcluster.ClusterFailure;
import im.gateway.devcluster.ClusterStatus;
import im.gateway.devcluster.DevCluster;
import im.gateway.devcluster.DevCluster.Wanted;
import im.servers.Lifetime;
import im.servers.Server;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Kafka, Redis, etcd, gateways, relays and a router on this machine, without a balancer. */
public final class ClusterTarget implements Target {
    private final ClusterStatus status;
    private final List<Server> servers;
    private final DevTokens tokens;

    private ClusterTarget(ClusterStatus status, List<Server> servers, DevTokens tokens) {
        this.status = status;
        this.servers = servers;
        this.tokens = tokens;
    }

    /**
     * Starts it and waits until it is ready.
     *
     * @param settings keys of gateways, relays and router
     */
    public static ClusterTarget start(Path folder, int gateways, int relays, Map<String, String> settings) {
        DevCluster cluster = new DevCluster(folder, new DevCluster.Options(Lifetime.THIS_JVM, ServerFlags.own()));
        try {
            ClusterStatus status =
                    cluster.start(new Wanted(Optional.of(gateways), Optional.of(relays), false, settings));
            return new ClusterTarget(status, cluster.processes(), new DevTokens(folder.resolve("dev.key")));
        } catch (ClusterFailure e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    @Override
    public List<URI> tcp() {
        return status.tcpEndpoints().stream().map(URI::create).toList();
    }

    @Override
    public Map<String, Long> pids() {
        Map<String, Long> pids = new LinkedHashMap<>();
        servers.forEach(server -> pids.put(server.name(), server.pid()));
        return pids;
    }

    @Override
    public Map<String, URI> admins() {
        Map<String, URI> admins = new LinkedHashMap<>();
        servers.stream()
                .filter(server ->
                        server.name().startsWith("gateway") || server.name().startsWith("relay"))
                .forEach(server -> admins.put(server.name(), URI.create("http://" + server.address())));
        return admins;
    }

    @Override
    public String token(String uid) {
        return tokens.of(uid);
    }

    @Override
    public void close() {
        servers.forEach(Server::close);
    }
}
