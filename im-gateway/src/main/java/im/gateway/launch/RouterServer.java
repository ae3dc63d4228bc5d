package im.gateway.launch;

import im.gateway.admin.AdminPage;
import im.gateway.admin.AdminServer;
import im.gateway.admin.HealthCheck;
import im.gateway.admin.HttpListener;
import im.gateway.config.NodeConfig;
import im.gateway.config.RouterSettings;
import im.gateway.dispatch.EndpointServer;
import im.gateway.dispatch.NodesPage;
import im.router.NodeId;
import im.router.NodeInfo;
import im.router.NodeInfo.Load;
import im.router.NodeInfo.Role;
import im.router.NodeRegistry;
import im.router.NodeRegistry.LeaseListener;
import im.router.dispatch.Choice;
import im.router.dispatch.ConsistentHash;
import im.router.dispatch.Dispatcher;
import im.router.dispatch.LeastConnections;
import im.router.dispatch.WeightedRoundRobin;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The router, running in this process: registry, admin, dispatcher. It answers from what it last heard of the nodes, so
 * it goes on while the registry is away. {@link #start} and {@link #stop} block their caller.
 */
final class RouterServer implements UntilStopped.Running {
    private static final String HTTP = "http";
    private static final String ADMIN = "admin";
    private final NodeConfig config;
    private final OpenParts parts = new OpenParts();
    private volatile @Nullable String reason = "starting";
    private volatile boolean stopping;
    private NodeEndpoints endpoints = new NodeEndpoints(Map.of());

    private RouterServer(NodeConfig config) {
        this.config = config;
    }

    /** @throws CannotStart when anything it needs is missing or taken; then nothing is left open */
    static RouterServer start(NodeConfig config) throws CannotStart {
        RouterServer server = new RouterServer(config);
        try {
            server.open();
            return server;
        } catch (IOException e) {
            server.parts.close();
            throw new CannotStart(String.valueOf(e.getMessage()), e);
        } catch (CannotStart | RuntimeException | Error e) {
            server.parts.close();
            throw e;
        }
    }

    @Override
    public String line() {
        return endpoints.line();
    }

    NodeEndpoints endpoints() {
        return endpoints;
    }

    private void open() throws CannotStart, IOException {
        DataFolder folder = parts.add("data folder", DataFolder.open(config.data()));
        NettySetup.unpackNativesInto(folder.natives());
        PrometheusMeterRegistry metrics =
                parts.add("metrics", new ProcessMetrics()).registry();
        NodeRegistry registry = NodeRegistries.open(config.cluster(), parts, metrics);
        metrics.gauge("im.router.nodes", registry, known -> known.nodes().live().size());
        metrics.gauge("im.router.registry.failing", registry, known -> known.failure() == null ? 0 : 1);
        PortChoice ports = new PortChoice(Endpoints.Ports.NONE, Ground.RANDOM);
        RouterSettings settings = config.cluster().router();
        int httpPort = ports.choose(settings.port(), NodeEndpoints.lastPort(config.data(), HTTP), config.host());
        int adminPort =
                ports.choose(config.adminPort(), NodeEndpoints.lastPort(config.data(), ADMIN), config.adminHost());
        Map<String, String> urls = new LinkedHashMap<>();
        urls.put(HTTP, url(config.host(), httpPort));
        urls.put(ADMIN, url(config.adminHost(), adminPort));
        startAdmin(registry, metrics, adminPort);
        NodeRegistries.join(registry, config.cluster(), () -> info(urls), new Unconcerned());
        startDispatcher(registry, metrics, httpPort);
        endpoints = new NodeEndpoints(urls);
        endpoints.write(config.data());
        reason = null;
    }

    private void startAdmin(NodeRegistry registry, PrometheusMeterRegistry metrics, int port) throws CannotStart {
        List<HealthCheck> checks = List.of(new HealthCheck("router", () -> reason));
        List<AdminPage> pages = List.of(new AdminPage("/v1/nodes", () -> NodesPage.of(registry)));
        AdminServer admin = listening(
                "admin", config.adminHost(), port, AdminServer.start(config.adminHost(), port, checks, pages, metrics));
        parts.add("admin", () -> admin.close().toCompletableFuture().join());
    }

    private void startDispatcher(NodeRegistry registry, PrometheusMeterRegistry metrics, int port) throws CannotStart {
        RouterSettings settings = config.cluster().router();
        Dispatcher dispatcher = new Dispatcher(registry::nodes, choice(settings.choice()));
        HttpListener http = listening(
                "router",
                config.host(),
                port,
                EndpointServer.start(
                        config.host(),
                        port,
                        dispatcher,
                        settings.requestsPerSecond(),
                        System::nanoTime,
                        Ground.RANDOM,
                        metrics));
        parts.add("dispatcher", () -> http.close().toCompletableFuture().join());
    }

    private static <T> T listening(String what, String host, int port, CompletionStage<T> starting) throws CannotStart {
        try {
            return starting.toCompletableFuture().join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new CannotStart(what + ": cannot listen on " + host + ":" + port + ": " + cause.getMessage(), e);
        }
    }

    private static Choice choice(RouterSettings.Choice wanted) {
        return switch (wanted) {
            case ROUND_ROBIN -> new WeightedRoundRobin();
            case LEAST_CONNECTIONS -> new LeastConnections();
            case CONSISTENT_HASH -> new ConsistentHash();
        };
    }

    private NodeInfo info(Map<String, String> urls) {
        return new NodeInfo(Role.ROUTER, config.node(), urls, Load.NONE, stopping);
    }

    private static String url(String host, int port) {
        return "http://" + Endpoints.reachable(host) + ":" + port;
    }

    /** Not ready, then closed, out of the registry last. */
    @Override
    public void stop() {
        reason = "stopping";
        stopping = true;
        parts.close();
    }

    /** A router does nothing in its own name that a lapse could make wrong. */
    private static final class Unconcerned implements LeaseListener {
        @Override
        public void lapsed(NodeId id) {
            // Said in the log by the registry; it comes back by itself.
        }

        @Override
        public void renewed(NodeId id) {
            // The others see it.
        }
    }
}
