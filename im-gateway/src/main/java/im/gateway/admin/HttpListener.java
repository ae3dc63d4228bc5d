package im.gateway.admin;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * A port that speaks HTTP/1.1 on one event loop of its own. A connection is closed a minute after it was opened, whatever
 * it says and how slowly; those beyond {@link Bounds#connections} are closed at once. Started and closed from any thread;
 * neither blocks.
 */
public final class HttpListener {
    private static final int MAX_HEADER_BYTES = 8 * 1024;
    private static final int MAX_LINE_BYTES = 4 * 1024;

    /**
     * @param connections open at a time
     * @param life of one, of a request that is under way too
     */
    record Bounds(int connections, Duration life) {
        static final Bounds DEFAULT = new Bounds(2_048, Duration.ofSeconds(60));
    }

    private final Vertx vertx;
    private final HttpServer server;

    private HttpListener(Vertx vertx, HttpServer server) {
        this.vertx = vertx;
        this.server = server;
    }

    /**
     * @param port 0 for any
     * @return fails when the address cannot be bound; then nothing is left running
     */
    public static CompletionStage<HttpListener> start(String host, int port, Function<Vertx, Router> routes) {
        return start(host, port, routes, Bounds.DEFAULT);
    }

    /** {@link #start(String, int, Function)} with another bound. */
    public static CompletionStage<HttpListener> start(
            String host, int port, Function<Vertx, Router> routes, int connections) {
        return start(host, port, routes, new Bounds(connections, Bounds.DEFAULT.life));
    }

    static CompletionStage<HttpListener> start(String host, int port, Function<Vertx, Router> routes, Bounds bounds) {
        Vertx vertx = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setUseDaemonThread(true)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        CompletableFuture<HttpListener> started = new CompletableFuture<>();
        vertx.createHttpServer(options())
                .requestHandler(routes.apply(vertx))
                .connectionHandler(new Guard(vertx, bounds))
                .listen(port, host)
                .onSuccess(server -> started.complete(new HttpListener(vertx, server)))
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
                .setHttp2ClearTextEnabled(false);
    }

    /** On the one event loop. */
    private static final class Guard implements Handler<HttpConnection> {
        private final Vertx vertx;
        private final Bounds bounds;
        private int open;

        Guard(Vertx vertx, Bounds bounds) {
            this.vertx = vertx;
            this.bounds = bounds;
        }

        @Override
        public void handle(HttpConnection connection) {
            open++;
            long timer = vertx.setTimer(bounds.life.toMillis(), id -> connection.close());
            connection.closeHandler(closed -> {
                open--;
                vertx.cancelTimer(timer);
            });
            if (open > bounds.connections) {
                connection.close();
            }
        }
    }

    /** A path for GET and HEAD. */
    public static io.vertx.ext.web.Route readable(Router router, String path) {
        return router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD);
    }

    /** Ends the request with that, which nobody between is to keep. */
    public static void json(RoutingContext context, int status, JsonObject body) {
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
