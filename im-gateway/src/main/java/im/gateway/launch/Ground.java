package im.gateway.launch;

import im.gateway.admin.HealthCheck;
import im.gateway.api.OtherGateways;
import im.gateway.auth.AuthKey;
import im.gateway.auth.CountedTokenVerifier;
import im.gateway.auth.Hs256TokenVerifier;
import im.gateway.auth.TokenMinter;
import im.gateway.auth.TokenRules;
import im.gateway.auth.TokenVerifier;
import im.gateway.config.ApiConfig;
import im.gateway.config.AuthConfig;
import im.gateway.config.ServerConfig;
import im.gateway.config.SessionConfig;
import im.gateway.connection.LoopBlock;
import im.gateway.connection.LoopWatchdog;
import im.gateway.edge.EdgeServer;
import im.gateway.edge.EventLoops;
import im.gateway.edge.HttpPage;
import im.gateway.launch.Endpoints.Ports;
import im.gateway.presence.PresenceDesk;
import im.gateway.room.GroupsHeard;
import im.gateway.service.SessionMetrics;
import im.gateway.service.SessionServices;
import im.gateway.service.SessionTerms;
import im.gateway.service.Takeovers;
import im.gateway.session.Sessions;
import im.relay.ConversationStore;
import im.relay.CursorStore;
import im.relay.GroupStore;
import im.relay.MessageLog;
import im.relay.PushBus;
import im.router.Presence;
import im.router.RouteDirectory;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a gateway has whatever its log, store and routes are: below them its data folder, key, ports, metrics, admin
 * pages and event loops, opened by {@link #open}; above them its sessions and listeners, opened by {@link #serve}.
 * Everything is closed in reverse through {@link OpenParts}.
 */
final class Ground {
    private static final Logger LOG = LoggerFactory.getLogger(Ground.class);
    static final Clock CLOCK = Clock.systemUTC();
    /** Safe for many threads, unlike a generator of one's own. */
    static final RandomGenerator RANDOM = () -> ThreadLocalRandom.current().nextLong();

    private final ServerConfig config;
    private final OpenParts parts;
    private final Lifecycle lifecycle;
    private final AuthKey key;
    private final Ports ports;
    private final PrometheusMeterRegistry metrics;
    private final AdminStart admin;
    private final EventLoops loops;
    private final SessionMetrics sessionMetrics;
    private final AppServers appServers;
    private @Nullable SessionServices services;

    private Ground(ServerConfig config, OpenParts parts, Lifecycle lifecycle) throws IOException, CannotStart {
        this.config = config;
        this.parts = parts;
        this.lifecycle = lifecycle;
        DataFolder folder = parts.add("data folder", DataFolder.open(config.data()));
        NettySetup.unpackNativesInto(folder.natives());
        this.key = key(config);
        this.ports = ports(config);
        this.metrics = parts.add("metrics", new ProcessMetrics()).registry();
        this.appServers = new AppServers(config, parts, metrics);
        List<HealthCheck> checks = new ArrayList<>(lifecycle.checks());
        checks.add(appServers.check());
        this.admin = parts.add("admin", new AdminStart(config.listen().adminHost(), ports.admin(), checks, metrics));
        this.loops = parts.add("event loops", NettySetup.openLoops(config));
        parts.add("loop watchdog", LoopWatchdog.start(loops.loops(), metrics));
        beginLoopBlock();
        this.sessionMetrics = new SessionMetrics(metrics);
    }

    /** @param lifecycle with all the checks that the admin pages are to show */
    static Ground open(ServerConfig config, OpenParts parts, Lifecycle lifecycle) throws IOException, CannotStart {
        SeededFaults.judge(config.dev());
        return new Ground(config, parts, lifecycle);
    }

    /** Log, store and the rest, each in the form of the mode. */
    record Forms(
            MessageLog log,
            ConversationStore store,
            CursorStore cursors,
            RouteDirectory routes,
            Presence presence,
            PushBus bus,
            @Nullable GroupStore groups,
            GroupsHeard interest) {}

    Sessions sessions(Forms forms) throws IOException {
        TokenVerifier verifier =
                new CountedTokenVerifier(new Hs256TokenVerifier(key, rules(config.auth()), CLOCK), metrics);
        SessionServices made = new SessionServices(
                sessionTerms(),
                verifier,
                forms.log(),
                forms.store(),
                forms.cursors(),
                forms.routes(),
                new PresenceDesk(
                                forms.presence(),
                                loops.loops(),
                                config.session().heartbeat(),
                                metrics)
                        .begin(),
                forms.bus(),
                new Takeovers(() -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()), RANDOM),
                sessionMetrics,
                forms.groups(),
                CLOCK,
                System::nanoTime,
                appServers.hooks(forms.presence()));
        services = made;
        return new Sessions(made, loops.loops(), forms.interest(), RANDOM);
    }

    /**
     * Listens; from now on there are clients.
     *
     * @param sessions made by {@link #sessions}
     * @param others {@link OtherGateways#NONE} where there are none
     * @param announce called when it begins to drain; must not block
     */
    RunningGateway serve(Sessions sessions, OtherGateways others, Runnable announce) throws IOException, CannotStart {
        EdgeServer edge = parts.add(
                "listeners", EdgeServer.start(NettySetup.edge(config, ports), loops, pages(), sessions, metrics));
        appServers.serve(Objects.requireNonNull(services), sessions, others, ports.api());
        admin.await();
        Endpoints endpoints = endpoints();
        endpoints.write(config.data());
        lifecycle.ready(edge);
        return new RunningGateway(config, parts, lifecycle, endpoints, edge, sessions, announce);
    }

    ServerConfig config() {
        return config;
    }

    OpenParts parts() {
        return parts;
    }

    PrometheusMeterRegistry metrics() {
        return metrics;
    }

    EventLoops loops() {
        return loops;
    }

    SessionMetrics sessionMetrics() {
        return sessionMetrics;
    }

    Endpoints endpoints() {
        return Endpoints.of(config.listen(), ports)
                .withApi(config.appServers().api().host(), ports.api());
    }

    private void beginLoopBlock() throws CannotStart {
        try {
            LoopBlock.begin(loops.loops());
        } catch (IllegalArgumentException e) {
            throw new CannotStart(String.valueOf(e.getMessage()), e);
        }
    }

    private static AuthKey key(ServerConfig config) throws IOException {
        return config.auth().keyFile().isPresent()
                ? AuthKey.read(config.auth().keyFile().get())
                : AuthKey.readOrCreate(DataFolder.devKey(config.data()));
    }

    private static Ports ports(ServerConfig config) throws IOException, CannotStart {
        Ports last = lastPorts(config);
        ApiConfig api = config.appServers().api();
        PortChoice choice = new PortChoice(last, RANDOM);
        Ports chosen = choice.choose(config.listen());
        return api.isOpen() ? chosen.withApi(choice.choose(api.port(), last.api(), api.host())) : chosen;
    }

    private static Ports lastPorts(ServerConfig config) throws IOException {
        return Endpoints.lastPorts(config.data()).orElseGet(() -> {
            LOG.warn("endpoints.json cannot be understood; ports given as 0 are chosen anew");
            return Ports.NONE;
        });
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
                session.repush(),
                session.devices(),
                session.receiptMembers());
    }

    private Map<String, HttpPage> pages() {
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
