package im.gateway.devcluster;

import im.gateway.auth.AuthKey;
import im.gateway.devcluster.ClusterFolder.Saved;
import im.servers.Availability;
import im.servers.ChildProcess;
import im.servers.EtcdServer;
import im.servers.HaproxyServer;
import im.servers.KafkaServer;
import im.servers.Lifetime;
import im.servers.RedisServer;
import im.servers.Server;
import im.servers.ServerFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A cluster in a folder, whoever started it. What is started is written down at once, so that a later command finds it
 * even if this one is killed. One thread; other processes that use the folder wait.
 */
public final class DevCluster {
    private final ClusterFolder folder;
    private final Options options;

    /**
     * @param lifetime of what is started
     * @param flags of the JVMs of gateways, relays and router
     */
    public record Options(Lifetime lifetime, List<String> flags) {
        /** For a command: everything goes on when it ends, and runs with the flags that it has itself. */
        public static Options ofCommand() {
            return new Options(Lifetime.ON_ITS_OWN, JavaProgram.ownFlags());
        }
    }

    /**
     * What to start; a number that is empty is as it was at the last start, or 2.
     *
     * @param balancer whether to start HAProxy where it is installed
     * @param settings keys of gateways, relays and router, over those that they are started with anyway; kept for
     *     restarts
     */
    public record Wanted(
            Optional<Integer> gateways, Optional<Integer> relays, boolean balancer, Map<String, String> settings) {}

    public DevCluster(Path path, Options options) {
        this.folder = new ClusterFolder(path);
        this.options = options;
    }

    /**
     * Starts everything and waits until all of it answers.
     *
     * @throws ClusterFailure if it runs already, or something is missing or does not start; then nothing is left running
     */
    public ClusterStatus start(Wanted wanted) throws ClusterFailure {
        return locked(() -> {
            Optional<Saved> before = folder.read();
            refuseIfRunning(before);
            ClusterPlan plan = plan(wanted, before.map(Saved::plan));
            refuseIfMissing(plan);
            ClusterServers servers = servers(plan, Map.of());
            var unused = AuthKey.readOrCreate(folder.key());
            folder.write(plan, Map.of());
            start(plan, servers);
            folder.writeEndpoints(plan);
            return ClusterStatus.of(plan, servers);
        });
    }

    private void refuseIfRunning(Optional<Saved> before) throws ClusterFailure {
        Map<String, ChildProcess> processes =
                before.<Map<String, ChildProcess>>map(Saved::processes).orElse(Map.of());
        String alive = processes.entrySet().stream()
                .filter(entry -> entry.getValue().alive())
                .map(entry -> entry.getKey() + " pid " + entry.getValue().pid())
                .collect(Collectors.joining(", "));
        if (!alive.isEmpty()) {
            throw new ClusterFailure("the cluster in " + folder.path() + " runs already (" + alive
                    + "); cluster stop ends it, cluster restart NAME starts one process anew");
        }
    }

    private static void refuseIfMissing(ClusterPlan plan) throws ClusterFailure {
        Map<String, Supplier<Availability>> stores = new LinkedHashMap<>();
        stores.put(ClusterPlan.REDIS, RedisServer::local);
        stores.put(ClusterPlan.ETCD, EtcdServer::local);
        stores.put(ClusterPlan.KAFKA, KafkaServer::local);
        String missing = stores.entrySet().stream()
                .filter(store -> plan.has(store.getKey()))
                .map(store -> store.getValue().get())
                .filter(found -> !found.here())
                .map(Availability::why)
                .collect(Collectors.joining("; "));
        if (!missing.isEmpty()) {
            throw new ClusterFailure("a cluster needs servers that are not here: " + missing);
        }
    }

    private static ClusterPlan plan(Wanted wanted, Optional<ClusterPlan> before) {
        int gateways =
                wanted.gateways.or(() -> before.map(ClusterPlan::gateways)).orElse(2);
        int relays = wanted.relays.or(() -> before.map(ClusterPlan::relays)).orElse(2);
        boolean balancer = wanted.balancer && HaproxyServer.local().here();
        return ClusterPlan.choose(
                gateways,
                relays,
                balancer,
                before.<Map<String, Integer>>map(ClusterPlan::ports).orElse(Map.of()),
                wanted.settings);
    }

    private ClusterServers servers(ClusterPlan plan, Map<String, ChildProcess> started) {
        ClusterServers servers = ClusterServers.of(folder, plan, options.lifetime, options.flags);
        servers.all()
                .forEach(server ->
                        Optional.ofNullable(started.get(server.name())).ifPresent(server::adopt));
        return servers;
    }

    private void start(ClusterPlan plan, ClusterServers servers) throws ClusterFailure, IOException {
        try {
            for (List<Server> together : List.of(servers.stores(), servers.nodes(), servers.balancer())) {
                for (Server server : together) {
                    server.launch();
                    save(plan, servers);
                }
                together.forEach(Server::awaitReady);
            }
            servers.all().filter(server -> !server.alive()).findFirst().ifPresent(Server::awaitReady);
        } catch (ServerFailure | UncheckedIOException e) {
            servers.all().forEach(Server::kill);
            throw new ClusterFailure(String.valueOf(e.getMessage()), e);
        }
    }

    private void save(ClusterPlan plan, ClusterServers servers) throws IOException {
        Map<String, ChildProcess> processes = new LinkedHashMap<>();
        servers.all().forEach(server -> server.process().ifPresent(process -> processes.put(server.name(), process)));
        folder.write(plan, processes);
    }

    /** SIGTERM to everything, gateways first, so that nothing they have accepted is cut off. */
    public void stop() throws ClusterFailure {
        locked(() -> {
            Known known = known();
            stopTogether(known.servers.nodes());
            stopTogether(known.servers.balancer());
            stopTogether(known.servers.stores());
            return known;
        });
    }

    private static void stopTogether(List<Server> servers) {
        servers.parallelStream().forEach(Server::stop);
    }

    /** SIGKILL. */
    public void kill(String name) throws ClusterFailure {
        locked(() -> {
            known().server(name).kill();
            return name;
        });
    }

    /** Stops it if it runs, starts it on the port and the folder it had, and waits until it answers. */
    public void restart(String name) throws ClusterFailure {
        locked(() -> {
            Known known = known();
            Server server = known.server(name);
            try {
                server.stop();
                server.launch();
                save(known.plan, known.servers);
                server.awaitReady();
            } catch (ServerFailure | UncheckedIOException e) {
                throw new ClusterFailure(String.valueOf(e.getMessage()), e);
            }
            return name;
        });
    }

    /** Waits for nobody, so it can be asked while the cluster starts. */
    public ClusterStatus status() throws ClusterFailure {
        try {
            Known known = known();
            return ClusterStatus.of(known.plan, known.servers);
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    /** The processes of the cluster; for those who want to do more to them than is offered here. */
    public List<Server> processes() throws ClusterFailure {
        try {
            return known().servers.all().toList();
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private record Known(ClusterPlan plan, ClusterServers servers) {
        Server server(String name) throws ClusterFailure {
            List<String> names = new ArrayList<>();
            for (Server server : servers.all().toList()) {
                names.add(server.name());
                if (server.name().equals(name)) {
                    return server;
                }
            }
            throw ClusterFailure.ofUsage("no process is named " + name + "; there are " + String.join(", ", names));
        }
    }

    private Known known() throws ClusterFailure, IOException {
        Saved saved =
                folder.read().orElseThrow(() -> new ClusterFailure("no cluster was ever started in " + folder.path()));
        return new Known(saved.plan(), servers(saved.plan(), saved.processes()));
    }

    private interface Work<T> {
        T run() throws IOException, ClusterFailure;
    }

    private <T> T locked(Work<T> work) throws ClusterFailure {
        try (FileChannel lock = folder.lock()) {
            return work.run();
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private ClusterFailure unusable(IOException e) {
        return new ClusterFailure("cluster folder " + folder.path() + " cannot be used: " + e, e);
    }
}
