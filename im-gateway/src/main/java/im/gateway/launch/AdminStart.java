package im.gateway.launch;

import im.gateway.admin.AdminServer;
import im.gateway.admin.HealthCheck;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * The admin pages of a process. Their HTTP library takes as long to load as all the rest, so it loads beside it, from
 * the constructor until {@link #await}.
 */
final class AdminStart implements AutoCloseable {
    private final String address;
    private final CompletableFuture<AdminServer> admin = new CompletableFuture<>();

    AdminStart(String host, int port, List<HealthCheck> checks, PrometheusMeterRegistry metrics) {
        this.address = host + ":" + port;
        new Thread(() -> start(host, port, checks, metrics), "im-admin-start").start();
    }

    private void start(String host, int port, List<HealthCheck> checks, PrometheusMeterRegistry metrics) {
        try {
            AdminServer.start(host, port, checks, List.of(), metrics).whenComplete((server, failure) -> {
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

    void await() throws CannotStart {
        try {
            var unused = admin.join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new CannotStart("admin: cannot listen on " + address + ": " + cause.getMessage(), e);
        }
    }

    @Override
    public void close() {
        // One that could not be opened has told why already, and has closed itself.
        if (admin.handle((server, failure) -> failure == null).join()) {
            var unused = admin.join().close().toCompletableFuture().join();
        }
    }
}
