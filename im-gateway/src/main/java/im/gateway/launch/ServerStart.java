package im.gateway.launch;

import im.gateway.admin.AdminServer;
import im.gateway.auth.AuthKey;
import im.gateway.auth.CountedTokenVerifier;
import im.gateway.auth.Hs256TokenVerifier;
import im.gateway.auth.TokenMinter;
import im.gateway.auth.TokenRules;
import im.gateway.auth.TokenVerifier;
import im.gateway.config.AuthConfig;
import im.gateway.config.MessageLogConfig;
import im.gateway.config.ServerConfig;
import im.gateway.config.SessionConfig;
import im.gateway.connection.LoopBlock;
import im.gateway.connection.LoopWatchdog;
import im.gateway.edge.EdgeServer;
import im.gateway.edge.EventLoops;
import im.gateway.edge.HttpPage;
import im.gateway.launch.Endpoints.Ports;
import im.gateway.service.SessionMetrics;
import im.gateway.service.SessionServices;
import im.gateway.service.SessionTerms;
import im.gateway.service.Takeovers;
import im.gateway.session.LoopPushBus;
import im.gateway.session.PushLoss;
import im.gateway.session.Sessions;
import im.relay.PushBus;
import im.relay.local.LocalLogConfig;
import im.relay.local.LocalRelay;
import im.relay.local.LocalStore;
import im.relay.local.Surroundings;
import im.router.RouteDirectory;
import im.router.memory.MemoryRouteDirectory;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens a server's parts: data folder, metrics, admin, event loops, store, sessions, listeners. They are closed in
 * reverse, at once if one of them cannot be opened. The admin's HTTP library takes as long to load as all the rest, so
 * it loads beside it.
 */
final class ServerStart {
    private static final Logger LOG = LoggerFactory.getLogger(ServerStart.class);
    private static final Clock CLOCK = Clock.systemUTC();
    /** Safe for many threads, unlike a generator of one's own. */
    private static final RandomGenerator RANDOM =
            () -> ThreadLocalRandom.current().nextLong();

    private final ServerConfig config;
    private final OpenParts parts = new OpenParts();
    private final Lifecycle lifecycle = new Lifecycle();

    ServerStart(ServerConfig config) {
        this.config = config;
    }

    StandaloneServer run() throws CannotStart {
        try {
            SeededFaults.judge(config.dev());
            return open();
        } catch (IOException e) {
            parts.close();
            throw new CannotStart(String.valueOf(e.getMessage()), e);
        } catch (CannotStart | RuntimeException | Error e) {
            parts.close();
            throw e;
        }
    }

    private StandaloneServer open() throws IOException, CannotStart {
        DataFolder folder = parts.add("data folder", DataFolder.open(config.data()));
        NettySetup.unpackNativesInto(folder.natives());
        AuthKey key = key();
        Ports ports = new PortChoice(lastPorts(), RANDOM).choose(config.listen());
        PrometheusMeterRegistry metrics =
                parts.add("metrics", new ProcessMetrics()).registry();
        CompletableFuture<AdminServer> admin = startAdmin(ports, metrics);
        parts.add("admin", () -> closeAdmin(admin));
        EventLoops loops = parts.add("event loops", NettySetup.openLoops(config));
        parts.add("loop watchdog", LoopWatchdog.start(loops.loops(), metrics));
        beginLoopBlock(loops);
        RouteDirectory routes = new MemoryRouteDirectory(RANDOM);
        SessionMetrics sessionMetrics = new SessionMetrics(metrics);
        PushBus bus = PushLoss.around(new LoopPushBus(loops.loops(), sessionMetrics));
        LocalStore store = parts.add(
                "store",
                LocalStore.open(config.data(), logConfig(), Surroundings.system(metrics), new LocalRelay(routes, bus)));
        lifecycle.opened(store.log());
        TokenVerifier verifier =
                new CountedTokenVerifier(new Hs256TokenVerifier(key, rules(config.auth()), CLOCK), metrics);
        Sessions sessions = new Sessions(services(verifier, store, routes, bus, sessionMetrics), loops.loops(), RANDOM);
        EdgeServer edge = parts.add(
                "listeners",
                EdgeServer.start(NettySetup.edge(config, ports), loops, pages(key, ports), sessions, metrics));
        awaitAdmin(admin, ports);
        Endpoints endpoints = Endpoints.of(config.listen(), ports);
        endpoints.write(config.data());
        lifecycle.ready(edge);
        return new StandaloneServer(config, parts, lifecycle, endpoints, edge, sessions);
    }

    private static void beginLoopBlock(EventLoops loops) throws CannotStart {
        try {
            LoopBlock.begin(loops.loops());
        } catch (IllegalArgumentException e) {
            throw new CannotStart(String.valueOf(e.getMessage()), e);
        }
    }

    private AuthKey key() throws IOException {
        return config.auth().keyFile().isPresent()
                ? AuthKey.read(config.auth().keyFile().get())
                : AuthKey.readOrCreate(DataFolder.devKey(config.data()));
    }

    private Ports lastPorts() throws IOException {
        return Endpoints.lastPorts(config.data()).orElseGet(() -> {
            LOG.warn("endpoints.json cannot be understood; ports given as 0 are chosen anew");
            return Ports.NONE;
        });
    }

    private CompletableFuture<AdminServer> startAdmin(Ports ports, PrometheusMeterRegistry metrics) {
        CompletableFuture<AdminServer> admin = new CompletableFuture<>();
        Thread thread = new Thread(() -> completeWithAdmin(admin, ports, metrics), "im-admin-start");
        thread.start();
        return admin;
    }

    private void completeWithAdmin(CompletableFuture<AdminServer> admin, Ports ports, PrometheusMeterRegistry metrics) {
        try {
            AdminServer.start(config.listen().adminHost(), ports.admin(), lifecycle.checks(), metrics)
                    .whenComplete((server, failure) -> {
                        if (failure == null) {
                            admin.complete(server);
                        } else {
                            admin.completeExceptionally(failure);
                        }
                    });
        } catch (RuntimeException | Error e) {
            admin.completeExceptionally(e);
        }
    }

    private static void closeAdmin(CompletableFuture<AdminServer> admin) {
        // One that could not be opened has told why already, and has closed itself.
        if (admin.handle((server, failure) -> failure == null).join()) {
            var unused = admin.join().close().toCompletableFuture().join();
        }
    }

    private void awaitAdmin(CompletableFuture<AdminServer> admin, Ports ports) throws CannotStart {
        try {
            var unused = admin.join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            String address = config.listen().adminHost() + ":" + ports.admin();
            throw new CannotStart("admin: cannot listen on " + address + ": " + cause.getMessage(), e);
        }
    }

    private LocalLogConfig logConfig() {
        MessageLogConfig log = config.messageLog();
        return LocalLogConfig.defaults()
                .withDedupeWindow(log.dedupeWindow())
                .withQueue(log.queueMessages(), log.queueBytes())
                .withCacheBytes(log.cacheBytes())
                .withRetention(log.retention());
    }

    private SessionServices services(
            TokenVerifier verifier, LocalStore store, RouteDirectory routes, PushBus bus, SessionMetrics metrics) {
        return new SessionServices(
                sessionTerms(),
                verifier,
                store.log(),
                store.conversations(),
                store.cursors(),
                routes,
                bus,
                new Takeovers(() -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()), RANDOM),
                metrics,
                CLOCK,
                System::nanoTime);
    }

    private SessionTerms sessionTerms() {
        SessionConfig session = config.session();
        return new SessionTerms(
                config.node(),
                session.heartbeat(),
                session.windowMessages(),
                Math.toIntExact(session.windowBytes()),
                session.unansweredSends(),
                config.messageLog().dedupeWindow(),
                config.messageLog().retention(),
                session.repush());
    }

    private Map<String, HttpPage> pages(AuthKey key, Ports ports) {
        if (!config.dev()) {
            return Map.of();
        }
        OwnAddress address = new OwnAddress(config.listen().host(), ports.http());
        Map<String, HttpPage> pages = new HashMap<>(ChatPage.all(address));
        pages.put(DevTokenPage.PATH, new DevTokenPage(new TokenMinter(key, rules(config.auth()), CLOCK), address));
        return Map.copyOf(pages);
    }

    /** The token rules that the configuration asks for. */
    static TokenRules rules(AuthConfig auth) {
        return new TokenRules(auth.keyId(), auth.issuer(), auth.audience(), auth.leeway());
    }
}
