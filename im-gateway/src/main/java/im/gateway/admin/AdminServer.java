package im.gateway.admin;

import static im.gateway.admin.HttpListener.json;
import static im.gateway.admin.HttpListener.readable;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Serves {@code /livez}, {@code /readyz}, {@code /metrics} and the process's own pages to GET and HEAD, over HTTP/1.1, on
 * one event loop of its own. Started and closed from any thread; neither blocks.
 */
public final class AdminServer {
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private static final String TEXT_METRICS = "text/plain; version=0.0.4; charset=utf-8";

    private final HttpListener listener;

    private AdminServer(HttpListener listener) {
        this.listener = listener;
    }

    /** As the other, without pages of its own. */
    public static CompletionStage<AdminServer> start(
            String host, int port, List<HealthCheck> checks, PrometheusMeterRegistry metrics) {
        return start(host, port, checks, List.of(), metrics);
    }

    /**
     * @param port 0 for any
     * @param checks asked in order by {@code /readyz}
     * @return fails when the address cannot be bound; then nothing is left running
     */
    public static CompletionStage<AdminServer> start(
            String host, int port, List<HealthCheck> checks, List<AdminPage> pages, PrometheusMeterRegistry metrics) {
        ReadyPage ready = new ReadyPage(checks);
        return HttpListener.start(host, port, vertx -> router(vertx, ready, List.copyOf(pages), metrics))
                .thenApply(AdminServer::new);
    }

    private static Router router(Vertx vertx, ReadyPage ready, List<AdminPage> pages, PrometheusMeterRegistry metrics) {
        Router router = Router.router(vertx);
        readable(router, "/livez").handler(context -> json(context, 200, new JsonObject().put("status", "live")));
        readable(router, "/readyz").handler(context -> {
            JsonObject page = ready.page();
            json(context, ReadyPage.isReady(page) ? 200 : 503, page);
        });
        readable(router, "/metrics").handler(context -> {
            String type = accepts(context, "application/openmetrics-text") ? OPEN_METRICS : TEXT_METRICS;
            context.response().putHeader("Content-Type", type).end(metrics.scrape(type));
        });
        for (AdminPage page : pages) {
            readable(router, page.path())
                    .handler(context -> json(context, 200, page.body().get()));
        }
        return router;
    }

    private static boolean accepts(RoutingContext context, String type) {
        String accept = context.request().getHeader("Accept");
        return accept != null && accept.contains(type);
    }

    /** The port that is bound. */
    public int port() {
        return listener.port();
    }

    /** Closes the listener, its connections and its threads. */
    public CompletionStage<?> close() {
        return listener.close();
    }
}
