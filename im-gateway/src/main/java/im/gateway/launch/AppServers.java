package im.gateway.launch;

import im.gateway.admin.HealthCheck;
import im.gateway.api.ApiServer;
import im.gateway.api.Broadcasts;
import im.gateway.api.OtherGateways;
import im.gateway.config.ApiConfig;
import im.gateway.config.AppServersConfig;
import im.gateway.config.InterceptorConfig;
import im.gateway.config.OnFailure;
import im.gateway.config.ServerConfig;
import im.gateway.intercept.InterceptorLoader;
import im.gateway.intercept.Interceptors;
import im.gateway.intercept.MessageGate;
import im.gateway.intercept.MessageInterceptor;
import im.gateway.service.SessionEvents;
import im.gateway.service.SessionHooks;
import im.gateway.service.SessionServices;
import im.gateway.session.Sessions;
import im.gateway.webhook.Webhooks;
import im.router.Presence;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens what the app's own servers take part in, as far as the configuration asks for it. Blocks. */
final class AppServers {
    private static final Logger LOG = LoggerFactory.getLogger(AppServers.class);

    private final ServerConfig config;
    private final OpenParts parts;
    private final MeterRegistry metrics;
    private volatile @Nullable Webhooks webhooks;

    AppServers(ServerConfig config, OpenParts parts, MeterRegistry metrics) {
        this.config = config;
        this.parts = parts;
        this.metrics = metrics;
    }

    /** Sockets that the app's own servers may take: of their calls, and of ours to them. */
    static int sockets(AppServersConfig config) {
        return (config.api().isOpen() ? ApiServer.MAX_CONNECTIONS : 0)
                + (config.webhooks().url().isPresent() ? Webhooks.MAX_SOCKETS : 0);
    }

    /** Interceptors judge first, what they let pass the webhook. */
    SessionHooks hooks(Presence presence) throws IOException {
        MessageGate interceptors = interceptors();
        if (config.appServers().webhooks().url().isEmpty()) {
            return new SessionHooks(interceptors, SessionEvents.NONE);
        }
        Webhooks opened = parts.add(
                "webhooks",
                Webhooks.open(
                        config.appServers().webhooks(), config.node(), presence, Ground.CLOCK, Ground.RANDOM, metrics));
        webhooks = opened;
        return new SessionHooks(interceptors.then(opened.gate()), opened);
    }

    /** What is wrong with the app's own servers, which is no reason to send clients elsewhere. */
    HealthCheck check() {
        return new HealthCheck(
                "webhooks",
                () -> {
                    Webhooks opened = webhooks;
                    return opened == null ? null : opened.failure();
                },
                false);
    }

    private MessageGate interceptors() throws IOException {
        InterceptorConfig settings = config.appServers().interceptors();
        List<MessageInterceptor> found = InterceptorLoader.load(settings.folder(), settings.settings());
        if (found.isEmpty()) {
            return MessageGate.OPEN;
        }
        found.forEach(each -> LOG.atInfo()
                .addKeyValue("interceptor", each.getClass().getName())
                .log("messages are judged"));
        return parts.add(
                "interceptors",
                new Interceptors(
                        found,
                        settings.threads(),
                        settings.timeout(),
                        settings.onFailure() == OnFailure.ALLOW,
                        metrics));
    }

    /**
     * Without a key the server API is not opened; but in a cluster this gateway takes part in the broadcasts that are
     * begun at others.
     *
     * @param port that was chosen
     * @param others {@link OtherGateways#NONE} for a standalone server
     */
    void serve(SessionServices services, Sessions sessions, OtherGateways others, int port) throws CannotStart {
        ApiConfig settings = config.appServers().api();
        if (!settings.isOpen() && others == OtherGateways.NONE) {
            return;
        }
        Broadcasts broadcasts = parts.add(
                "broadcasts", new Broadcasts(services, sessions, others, settings.broadcastPerSecond(), metrics));
        if (settings.isOpen()) {
            open(new ApiServer.Ground(services, sessions, others, broadcasts), settings, port);
        }
    }

    private void open(ApiServer.Ground ground, ApiConfig settings, int port) throws CannotStart {
        try {
            ApiServer api = ApiServer.start(ground, settings, port, metrics)
                    .toCompletableFuture()
                    .join();
            parts.add("api", () -> {
                var unused = api.close().toCompletableFuture().join();
            });
        } catch (CompletionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new CannotStart(
                    "api: cannot listen on " + settings.host() + ":" + port + ": " + cause.getMessage(), e);
        }
    }
}
