package im.gateway.admin;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Serves {@code /livez}, {@code /readyz} and {@code /metrics} to GET and HEAD, over HTTP/1.1, on one event loop of its
 * own. Started and closed from any thread; neither blocks.
 */
public final class AdminServer {
    private static final int MAX_HEADER_BYTES = 8 * 1024;
    private static final int MAX_LINE_BYTES = 4 * 1024;
    private static final int IDLE_SECONDS = 60;
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private static final String TEXT_METRICS = "text/plain; version=0.0.4; charset=utf-8";

    private final Vertx vertx;
    private final HttpServer server;

    private AdminServer(Vertx vertx, HttpServer server) {
        this.vertx = vertx;
        this.server = server;
    }

    /**
     * @param port 0 for any
     * @param checks asked in order by {@code /readyz}
     * @return fails when the address cannot be bound; then nothing is left running
     */
    public static CompletionStage<AdminServer> start(
            String host, int port, List<HealthCheck> checks, PrometheusMeterRegistry metrics) {
        Vertx vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setUseDaemonThread(true)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        Router router = router(vertx, new ReadyPage(checks), metrics);
        CompletableFuture<AdminServer> started = new CompletableFuture<>();
        vertx.createHttpServer(options())
                .requestHandler(router)
                .listen(port, host)
                .onSuccess(server -> started.complete(new AdminServer(vertx, server)))
                // Not recover(): what hangs on Vert.x's own future is lost when the close ends the loop that runs it.
                .onFailure(failure -> vertx.close()
                        .toCompletionStage()
                        .whenComplete((closed, unused) -> started.completeExceptionally(failure)));
        return started;
    }

    private static HttpServerOptions options() {
        return new HttpServerOptions()
                .setMaxHeaderSize(MAX_HEADER_BYTES)
                .setMaxInitialLineLength(MAX_LINE_BYTES)
                .setIdleTimeout(IDLE_SECONDS)
                .setHttp2ClearTextEnabled(false);
    }

    private static Router router(Vertx vertx, ReadyPage ready, PrometheusMeterRegistry metrics) {
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
        return router;
    }

    private static io.vertx.ext.web.Route readable(Router router, String path) {
        return router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD);
    }

    private static boolean accepts(RoutingContext context, String type) {
        String accept = context.request().getHeader("Accept");
        return accept != null && accept.contains(type);
    }

    private static void json(RoutingContext context, int status, JsonObject body) {
        context.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .putHeader("Cache-Control", "no-store")
                .end(body.encode() + "\n");
    }

    /** The port that is bound. */
    public int port() {
        return server.actualPort();
    }

    /** Closes the listener, its connections and its threads. */
    public CompletionStage<?> close() {
        return vertx.close().toCompletionStage();
    }
}
