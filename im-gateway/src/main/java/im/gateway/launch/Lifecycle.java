package im.gateway.launch;

import im.gateway.admin.HealthCheck;
import im.gateway.edge.EdgeServer;
import im.relay.MessageLog;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the readiness page is told. Any thread. */
final class Lifecycle {
    private volatile @Nullable String reason = "starting";
    private volatile @Nullable MessageLog log;
    private volatile @Nullable EdgeServer edge;

    List<HealthCheck> checks() {
        return List.of(
                new HealthCheck("server", () -> reason),
                new HealthCheck("message-log", this::logFailure),
                new HealthCheck("sockets", this::full));
    }

    private @Nullable String full() {
        EdgeServer listening = edge;
        return listening == null ? null : listening.fullReason();
    }

    private @Nullable String logFailure() {
        MessageLog opened = log;
        return opened == null ? null : opened.failure();
    }

    void opened(MessageLog opened) {
        log = opened;
    }

    /** Connections are taken. */
    void ready(EdgeServer listening) {
        edge = listening;
        reason = null;
    }

    void draining() {
        reason = "draining";
    }
}
