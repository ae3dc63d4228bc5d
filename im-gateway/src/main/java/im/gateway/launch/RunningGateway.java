package im.gateway.launch;

import im.gateway.config.ServerConfig;
import im.gateway.edge.EdgeServer;
import im.gateway.session.Sessions;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A gateway with all it needs, running in this process. {@link #stop} blocks its caller, which is never an event loop. */
final class RunningGateway implements UntilStopped.Running {
    private static final Logger LOG = LoggerFactory.getLogger(RunningGateway.class);
    /** What the end of a drain may take after the clients' time is over. */
    private static final Duration AFTER_CLIENTS = Duration.ofSeconds(8);

    private final ServerConfig config;
    private final OpenParts parts;
    private final Lifecycle lifecycle;
    private final Endpoints endpoints;
    private final EdgeServer edge;
    private final Sessions sessions;
    private final Runnable announce;
    private boolean stopped;

    /** @param announce tells other nodes at once that this one drains; must not block */
    RunningGateway(
            ServerConfig config,
            OpenParts parts,
            Lifecycle lifecycle,
            Endpoints endpoints,
            EdgeServer edge,
            Sessions sessions,
            Runnable announce) {
        this.config = config;
        this.parts = parts;
        this.lifecycle = lifecycle;
        this.endpoints = endpoints;
        this.edge = edge;
        this.sessions = sessions;
        this.announce = announce;
    }

    @Override
    public String line() {
        return endpoints.line();
    }

    Endpoints endpoints() {
        return endpoints;
    }

    /**
     * Stops without loss: not ready, no new connections, every client sent away, what is in flight answered, then
     * everything closed. Takes no longer than the drain timeout, give or take what closing files needs. Calling it
     * again does nothing.
     */
    @Override
    public synchronized void stop() {
        if (stopped) {
            return;
        }
        stopped = true;
        lifecycle.draining();
        announce.run();
        edge.stopAccepting();
        drain();
        parts.close();
    }

    private void drain() {
        Duration timeout = config.drainTimeout();
        Duration half = timeout.dividedBy(2);
        Duration rest = timeout.minus(AFTER_CLIENTS);
        try {
            sessions.drain(rest.compareTo(half) > 0 ? rest : half)
                    .toCompletableFuture()
                    .get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.atWarn().addKeyValue("timeout", timeout).log("drain timeout is over, what is left is cut off");
        } catch (ExecutionException e) {
            LOG.error("drain failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
