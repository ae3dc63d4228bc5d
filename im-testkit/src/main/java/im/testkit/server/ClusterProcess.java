package im.testkit.server;

import im.gateway.devcluster.ClusterFailure;
import im.gateway.devcluster.ClusterStatus;
import im.gateway.devcluster.DevCluster;
import im.gateway.devcluster.DevCluster.Wanted;
import im.relay.apply.RelayHalt;
import im.servers.Address;
import im.servers.ChildProcess.State;
import im.servers.Lifetime;
import im.servers.Server;
import im.servers.Servers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A real cluster: Kafka, Redis, etcd, gateways, relays and a router, each in a process of its own that dies with this JVM.
 * One thread at a time, except the urls and {@link #killNow}.
 */
public final class ClusterProcess implements Deployment, AutoCloseable {
    private static @Nullable ClusterProcess shared;

    private final Path folder;
    private final ClusterStatus addresses;
    private final List<Server> servers;
    private final Tokens tokens;
    private final AtomicInteger turns = new AtomicInteger();
    private final Map<Address, AdminPages> pages = new ConcurrentHashMap<>();
    private volatile @Nullable Server hit;

    private ClusterProcess(Path folder, ClusterStatus addresses, List<Server> servers, Tokens tokens) {
        this.folder = folder;
        this.addresses = addresses;
        this.servers = servers;
        this.tokens = tokens;
    }

    /** Starts a cluster and waits until all of it is ready. */
    public static ClusterProcess start(ClusterSpec spec) {
        DevCluster cluster = new DevCluster(spec.folder(), new DevCluster.Options(Lifetime.THIS_JVM, spec.flags()));
        try {
            ClusterStatus status = cluster.start(new Wanted(Optional.of(2), Optional.of(2), false, spec.settings()));
            Path key = key(spec.folder());
            return new ClusterProcess(
                    spec.folder(),
                    status,
                    cluster.processes(),
                    new Tokens(Files.readString(key).stripTrailing().getBytes(StandardCharsets.UTF_8)));
        } catch (ClusterFailure e) {
            throw new IllegalStateException(e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The one that the tests of this JVM share, with all its processes running. Whoever changes more than what runs, such
     * as what is in Redis, leaves it so that others do not notice.
     */
    public static synchronized ClusterProcess shared() {
        ClusterProcess cluster = shared;
        if (cluster == null) {
            Path folder = Servers.temporaryFolder("cluster");
            cluster = start(ClusterSpec.in(folder)
                    .property(RelayHalt.PROPERTY, orders(folder).toString()));
            shared = cluster;
        }
        cluster.start();
        return cluster;
    }

    /** The file of the key that tokens are made with. */
    public Path key() {
        return key(folder);
    }

    private static Path key(Path folder) {
        return folder.resolve("dev.key");
    }

    /** Where the relays of the {@link #shared} one take orders; it need not be there. */
    public Path orders() {
        return orders(folder);
    }

    private static Path orders(Path folder) {
        return folder.resolve("orders");
    }

    @Override
    public URI ws() {
        return URI.create(addresses.endpoints().get(next()));
    }

    @Override
    public URI tcp() {
        return URI.create(addresses.tcpEndpoints().get(next()));
    }

    @Override
    public URI api() {
        return api(next() + 1);
    }

    /** @param gateway from 1 */
    public URI api(int gateway) {
        try {
            JsonNode endpoints = JsonMapper.shared()
                    .readTree(Files.readString(folder.resolve("gateway-" + gateway + "/endpoints.json")));
            return URI.create(endpoints.get("api").asString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The number of the next gateway that runs, from 0; of any if none does. */
    private int next() {
        int gateways = addresses.endpoints().size();
        for (int i = 0; i < gateways; i++) {
            int turn = Math.floorMod(turns.getAndIncrement(), gateways);
            if (gateway(turn + 1).alive()) {
                return turn;
            }
        }
        return 0;
    }

    /** Where clients ask which gateway to use. */
    public URI router() {
        return URI.create(addresses.router());
    }

    /** WebSocket addresses of the gateways. */
    public List<URI> endpoints() {
        return addresses.endpoints().stream().map(URI::create).toList();
    }

    @Override
    public List<Entrance> entrances() {
        List<Entrance> entrances = new ArrayList<>();
        for (int i = 0; i < addresses.endpoints().size(); i++) {
            entrances.add(new Entrance(
                    URI.create(addresses.endpoints().get(i)),
                    URI.create(addresses.tcpEndpoints().get(i))));
        }
        return entrances;
    }

    @Override
    public Tokens tokens() {
        return tokens;
    }

    /** All processes, in the order of their start. */
    public List<String> names() {
        return servers.stream().map(Server::name).toList();
    }

    /** One process by its name: {@code gateway-1}, {@code relay-1}, {@code router-1}, {@code redis}, {@code kafka}. */
    public Server process(String name) {
        return servers.stream()
                .filter(server -> server.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no process " + name));
    }

    /** @param number from 1 */
    public Server gateway(int number) {
        return process("gateway-" + number);
    }

    /** @param number from 1 */
    public Server relay(int number) {
        return process("relay-" + number);
    }

    /** The admin pages of a gateway, a relay or the router. */
    public AdminPages adminPages(String name) {
        return pages.computeIfAbsent(
                process(name).address(), address -> new AdminPages(URI.create("http://" + address)));
    }

    @Override
    public boolean running() {
        return servers.stream().allMatch(Server::alive);
    }

    /** All run afterwards: those that stand still go on, those that are gone are started. */
    @Override
    public void start() {
        servers.stream().filter(server -> server.state() == State.PAUSED).forEach(Server::resume);
        List<Server> down = servers.stream().filter(server -> !server.alive()).toList();
        down.forEach(Server::launch);
        down.forEach(Server::awaitReady);
        hit = null;
    }

    @Override
    public void killNow() {
        hit = gateway(next() + 1);
        kill9();
    }

    @Override
    public void kill9() {
        Server target = hit;
        if (target == null) {
            target = gateway(next() + 1);
        }
        target.kill();
        hit = target;
    }

    @Override
    public void pause() {
        Server target = gateway(next() + 1);
        target.pause();
        hit = target;
    }

    @Override
    public void resume() {
        Server target = hit;
        if (target != null) {
            target.resume();
            hit = null;
        }
    }

    @Override
    public String logTail() {
        return servers.stream().map(Server::tail).collect(Collectors.joining("\n", "\n", ""));
    }

    @Override
    public void close() {
        servers.forEach(Server::close);
    }
}
